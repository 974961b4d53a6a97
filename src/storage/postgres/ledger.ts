/**
 * The ledger in Postgres, one for several gateways. Each record is kept whole as JSON beside the columns that are filtered and
 * added up; each gateway enters its own journals, exactly once.
 */
import type { RequestRecord } from '../../core/record.ts';
import type {
  CallOrder,
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
import type { PostgresConnection } from './connection.ts';
import { addCharges, LedgerAppender } from './ledger-append.ts';
import { Statement } from './ledger-query.ts';
import { usageRows } from './ledger-usage.ts';
import type { Session } from './session.ts';

export interface PostgresLedgerOptions {
  /** Its schema must be up to date (`migratePostgresSchema`); it stays open when the ledger is closed. */
  connection: PostgresConnection;
  /** Names this gateway's journals: one name for one data directory, for good. */
  replica: string;
  /** Unix ms: counters of windows that began before hold more than was entered here. Heeded at a replica's first start; default 0. */
  sinceMs?: number;
}

export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<LedgerStore> {
  const { connection, replica, sinceMs = 0 } = options;
  await connection.run((session) =>
    session.query(`INSERT INTO tollgate.replica VALUES ($1, '[]', $2) ON CONFLICT (name) DO NOTHING`, [
      replica,
      sinceMs,
    ]),
  );
  return new PostgresLedger(connection, replica);
}

class PostgresLedger implements LedgerStore {
  readonly #connection: PostgresConnection;
  readonly #replica: string;
  readonly #appender: LedgerAppender;

  constructor(connection: PostgresConnection, replica: string) {
    this.#connection = connection;
    this.#replica = replica;
    this.#appender = new LedgerAppender(connection, replica);
  }

  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): Promise<void> {
    return this.#appender.append(records, positions);
  }

  async positions(): Promise<JournalPosition[]> {
    const [row] = await this.#connection.run((session) =>
      session.query(`SELECT positions FROM tollgate.replica WHERE name = $1`, [this.#replica]),
    );
    return JSON.parse(String(row?.['positions'] ?? '[]')) as JournalPosition[];
  }

  async get(id: string): Promise<RequestRecord | undefined> {
    const [row] = await this.#connection.run((session) =>
      session.query(`SELECT record FROM tollgate.call WHERE id = $1`, [id]),
    );
    return row && recordOf(row);
  }

  async search(
    filter: LedgerFilter,
    { limit, before, order = { by: 'time' } }: CallPage,
  ): Promise<{ records: RequestRecord[]; next?: string }> {
    const direction = order.ascending ? 'ASC' : 'DESC';
    const column = orderColumns[order.by];
    const rows = await this.#connection.run(async (session) => {
      const statement = new Statement();
      const older = before === undefined ? [] : await beyond(session, statement, before, order);
      return older === undefined
        ? []
        : session.query(
            `SELECT record FROM tollgate.call ${statement.where(filter, ...older)}
             ORDER BY ${column} ${direction}, id ${direction} LIMIT ${statement.bind(limit + 1)}`,
            statement.values,
          );
    });
    const records = rows.slice(0, limit).map(recordOf);
    const last = records.at(-1);
    return rows.length > limit && last !== undefined ? { records, next: last.id } : { records };
  }

  async labelNames({ fromMs, toMs, labels }: LedgerFilter): Promise<string[]> {
    const statement = new Statement();
    const rows = await this.#connection.run((session) =>
      session.query(
        `SELECT DISTINCT json_object_keys(labels::json) COLLATE "C" AS name FROM (
           SELECT DISTINCT labels FROM tollgate.call ${statement.where({
             ...(fromMs !== undefined && { fromMs }),
             ...(toMs !== undefined && { toMs }),
             ...(labels && { labels }),
           })}
         ) AS seen ORDER BY name`,
        statement.values,
      ),
    );
    return rows.map((row) => String(row['name']));
  }

  usage(filter: LedgerFilter, query: UsageQuery): Promise<UsageRow[]> {
    return this.#connection.run((session) => usageRows(session, filter, query));
  }

  async latency(filter: LedgerFilter): Promise<Latencies> {
    return this.#connection.run(async (session) => {
      const durationMs = await percentiles(session, 'duration', filter);
      const timeToFirstTokenMs = await percentiles(session, 'first_token', filter);
      return { ...(durationMs && { durationMs }), ...(timeToFirstTokenMs && { timeToFirstTokenMs }) };
    });
  }

  async charged(): Promise<Charged> {
    return this.#connection.run(async (session) => {
      const sums = await session.query(
        `SELECT budget, unit, budget_group, window_start, window_seconds, used
        FROM tollgate.charged WHERE replica = $1`,
        [this.#replica],
      );
      const [replica] = await session.query(`SELECT charged_since FROM tollgate.replica WHERE name = $1`, [
        this.#replica,
      ]);
      return {
        sinceMs: Number(replica?.['charged_since']),
        sums: sums.map((row) => ({
          budget: row['budget'],
          unit: row['unit'],
          group: row['budget_group'],
          windowStart: Number(row['window_start']),
          windowSeconds: Number(row['window_seconds']),
          used: Number(row['used']),
        })),
      };
    });
  }

  correctCharged(sums: readonly ChargedSum[]): Promise<void> {
    // One statement may not touch a row twice.
    const merged = new Map<string, ChargedSum>();
    for (const sum of sums) {
      const { used, ...counter } = sum;
      const id = JSON.stringify(Object.entries(counter).sort());
      merged.set(id, { ...sum, used: used + (merged.get(id)?.used ?? 0) });
    }
    return this.#connection.transaction((session) => addCharges(session, this.#replica, merged.values()));
  }

  /** From key to key by the index: their number counts, not that of the calls. */
  async lastUsed(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#connection.run((session) =>
      session.query(`WITH RECURSIVE used AS (
          SELECT min(key) AS key FROM tollgate.call WHERE key > ''
          UNION ALL
          SELECT (SELECT min(key) FROM tollgate.call WHERE key > used.key) FROM used WHERE used.key IS NOT NULL
        )
        SELECT key, (SELECT max(started) FROM tollgate.call WHERE call.key = used.key) AS at
        FROM used WHERE key IS NOT NULL`),
    );
    return new Map(rows.map((row) => [String(row['key']), Number(row['at'])]));
  }

  async extent(): Promise<LedgerExtent> {
    const [row] = await this.#connection.run((session) =>
      session.query(
        `SELECT (SELECT min(started) FROM tollgate.call) AS oldest, pg_total_relation_size('tollgate.call') AS bytes`,
      ),
    );
    const oldest = row?.['oldest'] ?? undefined;
    return { bytes: Number(row?.['bytes']), ...(oldest !== undefined && { oldestMs: Number(oldest) }) };
  }

  async prune(beforeMs: number, atMost?: number): Promise<number> {
    const { count } = await this.#connection.run((session) =>
      session.query(
        `DELETE FROM tollgate.call WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM tollgate.call WHERE started < $1
        ORDER BY started LIMIT $2))`,
        [Math.floor(beforeMs), atMost ?? null],
      ),
    );
    return count;
  }

  close(): void {}
}

const orderColumns: Readonly<Record<CallOrder['by'], string>> = {
  time: 'started',
  cost: 'cost',
  tokens: '(input + output)',
  duration: 'duration',
};

/** Undefined when there is no such call: nothing is beyond it. */
async function beyond(
  session: Session,
  statement: Statement,
  id: string,
  { by, ascending }: CallOrder,
): Promise<string[] | undefined> {
  const column = orderColumns[by];
  const [row] = await session.query(`SELECT ${column} AS value FROM tollgate.call WHERE id = $1`, [id]);
  if (row === undefined) return undefined;
  const value = statement.bind(Number(row['value']));
  return [`(${column}, id) ${ascending ? '>' : '<'} (${value}, ${statement.bind(id)})`];
}

async function percentiles(session: Session, column: 'duration' | 'first_token', filter: LedgerFilter) {
  const statement = new Statement();
  const from = `FROM tollgate.call ${statement.where({ ...filter, outcome: 'ok' }, `${column} IS NOT NULL`)}`;
  const [counted] = await session.query(`SELECT count(*) AS n ${from}`, statement.values);
  const count = Number(counted?.['n']);
  if (count === 0) return undefined;
  const place = `OFFSET ${statement.bind(0)}`;
  const at = async (share: number) => {
    const values = [...statement.values.slice(0, -1), Math.min(count - 1, Math.floor(count * share))];
    const [row] = await session.query(
      `SELECT ${column} AS value ${from} ORDER BY ${column} LIMIT 1 ${place}`,
      values,
    );
    return Number(row?.['value']);
  };
  return { p50: await at(0.5), p95: await at(0.95) };
}

function recordOf(row: Record<string, unknown>): RequestRecord {
  return JSON.parse(row['record'] as string) as RequestRecord;
}
