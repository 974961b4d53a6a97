/**
 * `node bin/run.mjs bench/keys.ts [--postgres URL|own] [keys…]`: for each number of VirtualKeys (default 1,000 and 100,000): how long they take to write,
 * look-ups as a data path thread makes them, and a gateway that finds them in its data directory: its start, memory, changes, pages.
 * With `--postgres` they are in that database, whose resources are deleted before, or in a server of its own (`own`, with fsync).
 * CPU is told beside the time: on a machine that others use too it is what can be compared.
 */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openResourceStore } from '../src/storage/sqlite/resource-store.ts';
import { SqliteKeyReader } from '../src/storage/sqlite/virtual-key-reader.ts';
import { keyObject } from './key-objects.ts';
import { measurePostgres } from './keys-postgres.ts';
import { type Say, serve } from './keys-serve.ts';

const { values, positionals } = parseArgs({
  options: { postgres: { type: 'string' } },
  allowPositionals: true,
});
const counts = positionals.map(Number);
for (const count of counts.length > 0 ? counts : [1_000, 100_000])
  await (values.postgres === undefined ? measure(count) : measurePostgres(count, values.postgres));

function cpuOf(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function measure(count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-keys-'));
  const say: Say = (what, figure) => process.stdout.write(`${count} keys, ${what}: ${figure}\n`);
  try {
    fill(directory, count, say);
    await lookUp(directory, count, say);
    await serve(directory, count, say);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** As a former run left them, with statuses. */
function fill(directory: string, count: number, say: Say): void {
  const before = performance.now();
  const used = process.cpuUsage();
  const store = openResourceStore(directory);
  for (let first = 0; first < count; first += 10_000) {
    const keys = Array.from({ length: Math.min(10_000, count - first) }, (_, n) => keyObject(first + n));
    store.commit(keys.map((object) => ({ type: 'put', object })));
  }
  store.close();
  const seconds = (performance.now() - before) / 1_000;
  say('written, 10,000 in a transaction', `${seconds.toFixed(1)} s, ${(cpuOf(used) / 1e6).toFixed(1)} s CPU`);
  const { size } = statSync(join(directory, 'resources.db'));
  say('on disk', `${Math.round(size / 2 ** 20)} MiB`);
}

async function lookUp(directory: string, count: number, say: Say): Promise<void> {
  const store = openResourceStore(directory);
  const { handle } = store.keys!;
  const reader = new SqliteKeyReader(handle);
  const looks = 20_000;
  const timed = (what: string, hashes: readonly string[], isKnown: boolean) => {
    const before = performance.now();
    const used = process.cpuUsage();
    for (const one of hashes)
      if ((reader.find(one) !== undefined) !== isKnown)
        throw new Error(`a key is ${isKnown ? 'missing' : 'made up'}`);
    const micros = ((performance.now() - before) * 1_000) / hashes.length;
    const cpu = cpuOf(used) / hashes.length;
    say(`look-up, ${what}`, `${micros.toFixed(2)} µs, ${cpu.toFixed(2)} µs CPU`);
  };
  const valuesOf = (prefix: string) =>
    Array.from({ length: looks }, (_, n) => hash('sha256', `${prefix} ${(n * 7_919) % count}`));
  timed('unknown, before the filter is read', valuesOf('nobody'), false);
  const before = performance.now();
  const versions = new Int32Array(handle.marks.versions);
  while (versions.at(-1) === 0) await new Promise((resolve) => setImmediate(resolve));
  say('filter of unknown values read', `${Math.round(performance.now() - before)} ms`);
  timed('unknown', valuesOf('nobody'), false);
  const known = valuesOf('key');
  timed('known, read for the first time', [...new Set(known)], true);
  timed('known, read before', known.slice(-Math.min(count, 10_000)), true);
  reader.close();
  store.close();
}
