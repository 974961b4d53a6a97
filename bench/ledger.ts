/** `node bin/run.mjs bench/ledger.ts`: records a second from a journal into SQLite, with their parsing; batches as the follower makes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerRecord } from '../src/storage/ledger.fixture.ts';
import { CounterJournal } from '../src/storage/memory/counter-journal.ts';
import { LedgerFollower } from '../src/storage/memory/ledger-follower.ts';
import { openSqliteLedger } from '../src/storage/sqlite/ledger.ts';

const count = 100_000;
const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const journal = new CounterJournal(directory, 'worker-1');
let cpu = process.cpuUsage();
for (let n = 0; n < count; n++) journal.append(1, [], JSON.stringify(ledgerRecord(n)));
report('into the journal', process.cpuUsage(cpu), 0);
const ledger = openSqliteLedger(join(directory, 'ledger.db'));
cpu = process.cpuUsage();
const before = performance.now();
await LedgerFollower.open(directory, ledger);
report('from the journal into SQLite', process.cpuUsage(cpu), performance.now() - before);
const [total] = ledger.usage({}, { groupBy: [] });
if (total?.requests !== count) throw new Error(`${total?.requests} of ${count} records arrived`);
const asked = performance.now();
ledger.usage({ user: 'mike' }, { groupBy: ['model'], bucket: 'day', timeZone: 'Europe/Berlin' });
process.stdout.write(
  `usage by model and day over ${count} records: ${(performance.now() - asked).toFixed(0)} ms\n`,
);
ledger.close();
rmSync(directory, { recursive: true });

function report(what: string, { user, system }: NodeJS.CpuUsage, ms: number): void {
  const rate = ms === 0 ? '' : `, ${Math.round(count / (ms / 1000))} records/s (aim 50,000)`;
  process.stdout.write(`${what}: ${((user + system) / count).toFixed(1)} µs CPU a record${rate}\n`);
}
