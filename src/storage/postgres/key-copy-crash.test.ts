/** A gateway that is killed at any moment, while others write: afterwards its copy of the keys is what the server has. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { randomChanges, randomFrom, values } from './random-keys.fixture.ts';
import { assertSame, never, putOf, sharedKeys, until, write } from './shared-keys.fixture.ts';

const fixture = new URL('./key-writer.fixture.ts', import.meta.url).pathname;
const long = process.env['TOLLGATE_TEST_LONG'] === '1';
const seeds = long ? Array.from({ length: 12 }, (_, n) => 100 + n) : [1, 2];
const rounds = long ? 12 : 4;
const longestMs = 120;
/** So many that the first copy takes as long as a round. */
const first = 1_500;

/** Runs until it is killed, `afterMs` after it has opened or begun to. Resolves with the last revision that it said. */
async function killed(
  args: readonly string[],
  awaited: 'opening' | 'answer',
  afterMs: number,
): Promise<number> {
  const child = spawn(process.execPath, [fixture, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const lines = () => output.split('\n').slice(0, -1);
  const ended = once(child, 'exit');
  await until(() => child.exitCode !== null || lines().length >= (awaited === 'opening' ? 1 : 2));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  assert.equal(child.exitCode, null, 'it ended by itself');
  child.kill('SIGKILL');
  await ended;
  return Number(lines().at(-1)) || 0;
}

function crashTests(server: TestPostgres): void {
  for (const seed of seeds)
    test(`seed ${seed}: nothing that was answered is missing, nothing is there that is not the server's`, async (t) => {
      const random = randomFrom(seed);
      const url = await server.createDatabase();
      const { open, fresh, newDirectory, keyPath, sql } = await sharedKeys(t, url);
      const other = await open(newDirectory());
      await write(
        other,
        ...Array.from({ length: first }, (_, n) => putOf({ name: `k${n}`, value: n, told: 1 })),
      );
      const directory = newDirectory();
      for (let round = 0; round < rounds; round++) {
        let running = true;
        const writing = (async () => {
          while (running) await write(other, ...randomChanges(random));
        })();
        const args = [url, keyPath, directory, String(seed * 1_000 + round)];
        const awaited = round === 0 || random() < 0.3 ? 'opening' : 'answer';
        const answered = await killed(args, awaited, random() * longestMs);
        running = false;
        await writing;
        if (random() < 0.4) await sql('DELETE FROM tollgate.resource_change');
        if (random() < 0.5) await write(other, ...randomChanges(random));
        const truth = await fresh();
        assert.ok(truth.revision() >= answered);
        const restarted = await open(directory, { onThrownAway: never });
        assertSame(restarted, truth, values);
        await until(() => other.revision() === truth.revision());
        assertSame(other, truth, values);
        for (const store of [restarted, truth]) store.close();
      }
    });
}

if (noPostgres) test('copies of the keys of gateways that are killed', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  crashTests(server);
}
