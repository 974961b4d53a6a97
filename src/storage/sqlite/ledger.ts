/**
 * The ledger in SQLite (WAL, synchronous NORMAL: survives `kill -9`). Each record is kept whole as JSON beside the columns that
 * are filtered and added up.
 */
import { DatabaseSync } from 'node:sqlite';
import type { RequestRecord } from '../../core/record.ts';
import type {
  CallPage,
  Charged,
  ChargedSum,
  JournalPosition,
  Latencies,
  LedgerExtent,
  LedgerFilter,
  LedgerStore,
  UsageQuery,
  UsageRow,
} from '../ledger.ts';
import { columnsOf } from '../ledger-row.ts';
import { rareFigures, rareFiguresOf } from '../rare-figures.ts';
import { ChargedSums } from './charged-sums.ts';
import { latencyBin } from './latency-bin.ts';
import { latencyOf } from './ledger-latency.ts';
import { whereOf } from './ledger-query.ts';
import { migrateLedgerSchema } from './ledger-schema.ts';
import { pageOfCalls } from './ledger-search.ts';
import { usageRows } from './ledger-usage.ts';
import { transaction } from './transaction.ts';
import { UsageSums } from './usage-sums.ts';

/** The same contract, never waiting. */
export type LocalLedgerStore = {
  [Name in keyof Required<LedgerStore>]: (
    ...given: Parameters<Required<LedgerStore>[Name]>
  ) => Exclude<ReturnType<Required<LedgerStore>[Name]>, Promise<unknown>>;
};

export function openSqliteLedger(path: string): LocalLedgerStore {
  // Whoever else has it open (an operator's sqlite3) may hold it for a moment.
  const database = new DatabaseSync(path, { timeout: 10_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  database.function('latency_bin', { deterministic: true }, (ms) => latencyBin(Number(ms)));
  migrateLedgerSchema(database, path);
  return new SqliteLedger(database);
}

type CallColumns = ReturnType<typeof columnsOf>;

class SqliteLedger implements LocalLedgerStore {
  readonly #database: DatabaseSync;
  readonly #insert;
  readonly #insertRecord;
  readonly #insertRare;
  readonly #insertPosition;
  readonly #charged;
  readonly #sums;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO call VALUES (NULL, ${Array.from({ length: 19 }, () => '?').join(', ')}) ON CONFLICT (id) DO NOTHING`,
    );
    this.#insertRecord = database.prepare('INSERT INTO call_record VALUES (?, ?)');
    this.#insertRare = database.prepare(
      `INSERT INTO call_rare VALUES (?${', ?'.repeat(rareFigures.length)})`,
    );
    this.#charged = new ChargedSums(database);
    this.#sums = new UsageSums(database);
    this.#insertPosition = database.prepare('INSERT INTO journal_position VALUES (?, ?)');
  }

  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): void {
    const rows: CallColumns[] = [];
    const rare: (number[] | undefined)[] = [];
    transaction(this.#database, () => {
      const entered: RequestRecord[] = [];
      for (const record of records) {
        const columns = columnsOf(record);
        const ofFew = rareFiguresOf(record);
        if (!this.#enter(record, columns, ofFew)) continue;
        entered.push(record);
        rows.push(columns);
        rare.push(ofFew);
      }
      this.#charged.add(entered);
      this.#database.exec('DELETE FROM journal_position');
      for (const { file, offset } of positions) this.#insertPosition.run(file, offset);
    });
    this.#sums.add(rows, rare);
  }

  positions(): JournalPosition[] {
    return this.#database
      .prepare('SELECT file, offset FROM journal_position')
      .all() as unknown as JournalPosition[];
  }

  get(id: string): RequestRecord | undefined {
    const row = this.#database
      .prepare('SELECT record FROM call JOIN call_record USING (n) WHERE id = ?')
      .get(id);
    return row === undefined ? undefined : recordOf(row);
  }

  search(filter: LedgerFilter, page: CallPage): { records: RequestRecord[]; next?: string } {
    this.#sums.write();
    const rows = pageOfCalls(this.#database, filter, page);
    const records = rows.slice(0, page.limit).map(recordOf);
    const last = records.at(-1);
    return rows.length > page.limit && last !== undefined ? { records, next: last.id } : { records };
  }

  labelNames({ fromMs, toMs, labels }: LedgerFilter): string[] {
    this.#sums.write();
    const { sql, values } = whereOf({ labels: labels ?? {} });
    const filtered = sql.replace('WHERE', 'AND').replaceAll('(labels,', '(value,');
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT label.key AS name FROM usage_sum, json_each(usage_sum.value) AS label
         WHERE dimension = 'labels' AND level = 'month' AND last >= ? AND slot < ? ${filtered.replaceAll('(value,', '(usage_sum.value,')}
         ORDER BY name`,
      )
      .all(fromMs ?? 0, toMs ?? Number.MAX_SAFE_INTEGER, ...values);
    return rows.map((row) => String(row['name']));
  }

  usage(filter: LedgerFilter, query: UsageQuery): UsageRow[] {
    this.#sums.write();
    return usageRows(this.#database, filter, query);
  }

  latency(filter: LedgerFilter): Latencies {
    this.#sums.write();
    return latencyOf(this.#database, filter);
  }

  charged(): Charged {
    return this.#charged.read();
  }

  correctCharged(sums: readonly ChargedSum[]): void {
    transaction(this.#database, () => this.#charged.correct(sums));
  }

  lastUsed(keys?: readonly string[]): ReadonlyMap<string, number> {
    this.#sums.write();
    const rows =
      keys === undefined
        ? this.#database
            .prepare(
              "SELECT value AS key, max(last) AS at FROM usage_sum WHERE dimension = 'key' AND level = 'month' AND value <> '' GROUP BY value",
            )
            .all()
        : this.#database
            .prepare(
              `SELECT value AS key, (SELECT max(started) FROM call WHERE call.key = asked.value) AS at
               FROM json_each(?) AS asked`,
            )
            .all(JSON.stringify(keys))
            .filter((row) => row['at'] !== null);
    return new Map(rows.map((row) => [String(row['key']), Number(row['at'])]));
  }

  extent(): LedgerExtent {
    const [oldest, size] = [
      this.#database.prepare('SELECT min(started) AS ms FROM call').get()?.['ms'] ?? undefined,
      this.#database
        .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
        .get()?.['bytes'],
    ];
    return { bytes: Number(size), ...(oldest !== undefined && { oldestMs: Number(oldest) }) };
  }

  prune(beforeMs: number, atMost = -1): number {
    this.#sums.write();
    return transaction(this.#database, () => {
      this.#sums.takeAway(beforeMs, atMost);
      const old = 'SELECT n FROM call WHERE started < ? ORDER BY started, n LIMIT ?';
      for (const table of ['call_record', 'call_rare'])
        this.#database.prepare(`DELETE FROM ${table} WHERE n IN (${old})`).run(beforeMs, atMost);
      const { changes } = this.#database
        .prepare(`DELETE FROM call WHERE n IN (${old})`)
        .run(beforeMs, atMost);
      this.#sums.tookAway();
      return Number(changes);
    });
  }

  close(): void {
    this.#sums.write();
    this.#database.close();
  }

  /** False when it is there already. */
  #enter(record: RequestRecord, columns: CallColumns, rare: readonly number[] | undefined): boolean {
    const { changes, lastInsertRowid } = this.#insert.run(...columns);
    if (changes === 0) return false;
    this.#insertRecord.run(lastInsertRowid, JSON.stringify(record));
    if (rare !== undefined) this.#insertRare.run(lastInsertRowid, ...rare);
    return true;
  }
}

function recordOf(row: Record<string, unknown>): RequestRecord {
  return JSON.parse(row['record'] as string) as RequestRecord;
}
