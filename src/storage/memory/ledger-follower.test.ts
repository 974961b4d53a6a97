import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ledgerRecord } from '../ledger.fixture.ts';
import { openSqliteLedger } from '../sqlite/ledger.ts';
import { CounterJournal, journalName } from './counter-journal.ts';
import { LedgerFollower } from './ledger-follower.ts';

function setUp(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-follower-'));
  const ledger = openSqliteLedger(join(directory, 'ledger.db'));
  t.after(() => {
    ledger.close();
    rmSync(directory, { recursive: true });
  });
  const ids = () => ledger.search({}, { limit: 100_000 }).records.map(({ id }) => Number(id.slice(-6)));
  return { directory, ledger, ids };
}

const counts = `${journalName({ key: 'k', windowStart: 0, windowSeconds: 60 })}5`;
const entry = (n: number) => JSON.stringify(ledgerRecord(n));

test('every entry once, over generations, threads and restarts; plain counts are no entries', async (t) => {
  const { directory, ledger, ids } = setUp(t);
  const one = new CounterJournal(directory, 'worker-1');
  const two = new CounterJournal(directory, 'worker-2');
  one.append(1, counts, entry(1));
  two.append(1, counts, '');
  const follower = await LedgerFollower.open(directory, ledger);
  one.append(2, '', entry(2));
  two.append(2, counts, entry(3));
  await follower.read();
  await (await LedgerFollower.open(directory, ledger)).read();
  assert.deepEqual(ids(), [3, 2, 1]);
  for (const name of readdirSync(directory).filter((n) => n.endsWith('.journal')))
    assert.equal(follower.isConsumed(name, statSync(join(directory, name)).size), true);
  one.append(2, '', entry(4));
  assert.equal(
    follower.isConsumed(
      'counters-2-worker-1.journal',
      statSync(join(directory, 'counters-2-worker-1.journal')).size,
    ),
    false,
  );
});

test('an unfinished line waits while its writer lives, and is skipped when he is gone', async (t) => {
  const { directory, ledger, ids } = setUp(t);
  const journal = new CounterJournal(directory, 'worker-1');
  const follower = await LedgerFollower.open(directory, ledger);
  journal.append(1, '', entry(1));
  const path = join(directory, 'counters-1-worker-1.journal');
  appendFileSync(path, 'abc 0 {"id":');
  await follower.read();
  assert.deepEqual(ids(), [1]);
  assert.equal(follower.isConsumed('counters-1-worker-1.journal', statSync(path).size), false);
  const next = await LedgerFollower.open(directory, ledger);
  assert.deepEqual(ids(), [1]);
  assert.equal(next.isConsumed('counters-1-worker-1.journal', statSync(path).size), true);
});

test('a ledger that cannot be written loses nothing: the next read enters it', async (t) => {
  const { directory, ledger, ids } = setUp(t);
  new CounterJournal(directory, 'worker-1').append(1, '', entry(1));
  let broken = true;
  const append: typeof ledger.append = (...given) => {
    if (broken) throw new Error('disk full');
    ledger.append(...given);
  };
  const faulty = Object.assign(Object.create(ledger) as typeof ledger, { append, positions: () => [] });
  await assert.rejects(LedgerFollower.open(directory, faulty), /disk full/);
  broken = false;
  await LedgerFollower.open(directory, faulty);
  assert.deepEqual(ids(), [1]);
});

test('killed -9 while it follows, again and again: every settled call is entered, none twice', async (t) => {
  const { directory, ledger, ids } = setUp(t);
  const fixture = join(import.meta.dirname, 'following-process.fixture.ts');
  const settled: number[] = [];
  for (let round = 0; round < 4; round++) {
    const args = ['--disable-warning=ExperimentalWarning', fixture, directory, String(round * 100_000)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
      if (told.length > 1_000 + 777 * round) child.kill('SIGKILL');
    });
    await once(child, 'close');
    settled.push(...told.slice(0, told.lastIndexOf('\n')).split('\n').map(Number));
  }
  await LedgerFollower.open(directory, ledger);
  const entered = new Set(ids());
  assert.deepEqual(
    settled.filter((n) => !entered.has(n)),
    [],
  );
  // The call that each kill met may be entered without having been told.
  assert.ok(entered.size <= settled.length + 4, `${entered.size} of ${settled.length}`);
});

test('while a ledger elsewhere takes one part in the next is read; a part that fails is read again, in order', async (t) => {
  const { directory, ledger } = setUp(t);
  const journal = new CounterJournal(directory, 'worker-1');
  // Three parts.
  const total = 16_000;
  for (let n = 0; n < total; n++) journal.append(1, '', entry(n));
  const seen: number[] = [];
  let appends = 0;
  const elsewhere = Object.assign(Object.create(ledger) as typeof ledger, {
    positions: () => [],
    append: async (records: { id: string }[]) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (++appends === 2) throw new Error('cut off');
      seen.push(...records.map(({ id }) => Number(id.slice(-6))));
    },
  });
  await assert.rejects(LedgerFollower.open(directory, elsewhere), /cut off/);
  const entered = seen.length;
  assert.ok(entered > 0 && entered < total);
  seen.length = 0;
  const follower = await LedgerFollower.open(directory, elsewhere);
  assert.ok(appends >= 5, `${appends} parts`);
  journal.append(1, '', entry(total));
  await follower.read();
  assert.deepEqual(
    seen,
    Array.from({ length: total + 1 }, (_, n) => n),
  );
});
