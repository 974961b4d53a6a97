/**
 * `node bin/run.mjs bench/ledger.ts`: records a second from a journal into SQLite and into Postgres (a server of its own, with
 * fsync; five runs and their median), with their parsing, in batches as the follower makes them; then pages and reports over a month
 * of 1,000,000 calls of 200 people, 12 teams and 6 models in both. `append` as an argument: without those.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerRecord, startMs } from '../src/storage/ledger.fixture.ts';
import type { LedgerStore } from '../src/storage/ledger.ts';
import { CounterJournal } from '../src/storage/memory/counter-journal.ts';
import { LedgerFollower } from '../src/storage/memory/ledger-follower.ts';
import { PostgresConnection } from '../src/storage/postgres/connection.ts';
import { openPostgresLedger } from '../src/storage/postgres/ledger.ts';
import { noPostgres, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { migratePostgresSchema } from '../src/storage/postgres/schema.ts';
import { openSqliteLedger } from '../src/storage/sqlite/ledger.ts';

const count = 100_000;
const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
const journal = new CounterJournal(directory, 'worker-1');
let cpu = process.cpuUsage();
for (let n = 0; n < count; n++) journal.append(1, '', JSON.stringify(ledgerRecord(n)));
report('into the journal', process.cpuUsage(cpu), 0);
const ledger = openSqliteLedger(join(directory, 'ledger.db'));
await follow('SQLite', ledger);
const isWhole = process.argv[2] !== 'append';
if (isWhole) {
  const month = openSqliteLedger(join(directory, 'month.db'));
  await reports('SQLite', month);
  month.close();
}
if (noPostgres) process.stdout.write(`Postgres: not measured, ${noPostgres}\n`);
else await measurePostgres();
rmSync(directory, { recursive: true });

/** Returns records a second. */
async function follow(name: string, ledger: LedgerStore): Promise<number> {
  cpu = process.cpuUsage();
  const before = performance.now();
  await LedgerFollower.open(directory, ledger);
  const ms = performance.now() - before;
  report(`from the journal into ${name}`, process.cpuUsage(cpu), ms);
  const [total] = await ledger.usage({}, { groupBy: [] });
  if (total?.requests !== count) throw new Error(`${total?.requests} of ${count} records arrived`);
  await ledger.close();
  return Math.round(count / (ms / 1000));
}

async function measurePostgres(): Promise<void> {
  const server = await startPostgres({ fsync: 'on' });
  try {
    const inNew = async <T>(measure: (ledger: LedgerStore) => Promise<T>): Promise<T> => {
      const connection = new PostgresConnection({ url: await server.createDatabase() });
      await migratePostgresSchema(connection);
      const measured = await measure(await openPostgresLedger({ connection, replica: 'bench' }));
      await connection.close();
      return measured;
    };
    const rates: number[] = [];
    while (rates.length < 5) rates.push(await inNew((ledger) => follow('Postgres', ledger)));
    rates.sort((a, b) => a - b);
    process.stdout.write(`Postgres, five runs: ${rates.join(', ')} records/s, median ${rates[2]}\n`);
    if (isWhole) await inNew((ledger) => reports('Postgres', ledger));
  } finally {
    await server.stop();
  }
}

function report(what: string, { user, system }: NodeJS.CpuUsage, ms: number): void {
  const rate = ms === 0 ? '' : `, ${Math.round(count / (ms / 1000))} records/s (aim 50,000)`;
  process.stdout.write(`${what}: ${((user + system) / count).toFixed(1)} µs CPU a record${rate}\n`);
}

async function reports(name: string, month: LedgerStore): Promise<void> {
  const stepMs = (30 * 86_400_000) / 1_000_000;
  const fromMs = startMs;
  for (let first = 0; first < 1_000_000; first += 5_000) {
    const records = Array.from({ length: 5_000 }, (_, index) => {
      const n = first + index;
      const startedAtMs = fromMs + Math.floor(n * stepMs);
      const user = `user-${(n * 7_919) % 200}`;
      const key = { id: `VirtualKey/ns/${user}`, user, metadata: {}, labels: { team: `team-${n % 12}` } };
      const record = ledgerRecord(n, {
        id: `${startedAtMs.toString(36)}-00000-${n.toString(36)}`,
        startedAtMs,
        key,
      });
      return { ...record, llm: { ...record.llm!, requestModel: `model-${n % 6}` } };
    });
    await month.append(records, []);
  }
  const middle = { toMs: fromMs + 15 * 86_400_000 };
  const timeZone = 'Europe/Berlin';
  await time(name, 'page of 100: newest', () => month.search({}, { limit: 100 }));
  await time(name, 'page of 100: one user, from the middle', () =>
    month.search({ user: 'user-5', ...middle }, { limit: 100 }),
  );
  await time(name, 'usage: by user and day', () =>
    month.usage({}, { groupBy: ['user'], bucket: 'day', timeZone }),
  );
  await time(name, 'usage: by user', () => month.usage({}, { groupBy: ['user'] }));
  await time(name, 'usage: by team and model', () => month.usage({}, { groupBy: ['label:team', 'model'] }));
  await time(name, 'usage: total by hour', () => month.usage({}, { groupBy: [], bucket: 'hour', timeZone }));
  await time(name, 'usage: one user by model and day', () =>
    month.usage({ user: 'user-5' }, { groupBy: ['model'], bucket: 'day', timeZone }),
  );
}

/** The median of five. */
async function time(name: string, what: string, run: () => unknown): Promise<void> {
  const took: number[] = [];
  while (took.length < 5) {
    const before = performance.now();
    await run();
    took.push(performance.now() - before);
  }
  took.sort((a, b) => a - b);
  process.stdout.write(`${name}, 1,000,000 calls, ${what}: ${took[2]!.toFixed(1)} ms\n`);
}
