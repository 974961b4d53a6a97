/**
 * Enters records, the sums of their charges and where the journals were read to, in one transaction. COPY is quickest and knows no
 * exceptions: when records are there already (the answer to an earlier COMMIT was lost) the batch goes the slower way, by INSERT.
 */
import type { RequestRecord } from '../../core/record.ts';
import type { ChargedSum, JournalPosition } from '../ledger.ts';
import { chargesOf, columnsOf } from '../ledger-row.ts';
import { rareFiguresOf } from '../rare-figures.ts';
import type { PostgresConnection } from './connection.ts';
import { copyRow, storable } from './copy-text.ts';
import { PostgresRefusal } from './faults.ts';
import type { Session } from './session.ts';

/** A statement takes at most 65,535 parameters. */
const insertAtOnce = 1_000;
/** Of a COPY: some 300 kB. */
const rowsAtOnce = 250;
/** Of `columnsOf`. */
const labelsAt = 9;
const firstFraction = 17;
/** Ended windows are dropped this often, by the clock of the records: a minute's window of each key would pile up. */
const sweepSeconds = 3_600;

export class LedgerAppender {
  readonly #connection: PostgresConnection;
  readonly #replica: string;
  #sweepAt = 0;

  constructor(connection: PostgresConnection, replica: string) {
    this.#connection = connection;
    this.#replica = replica;
  }

  async append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): Promise<void> {
    const once = [...new Map(records.map((record) => [record.id, record])).values()];
    try {
      await this.#transaction(once, positions, copyAll);
    } catch (error) {
      if (!(error instanceof PostgresRefusal)) throw error;
      await this.#transaction(once, positions, insertNew);
    }
  }

  #transaction(
    records: readonly RequestRecord[],
    positions: readonly JournalPosition[],
    enter: (session: Session, records: readonly RequestRecord[]) => Promise<readonly RequestRecord[]>,
  ): Promise<void> {
    return this.#connection.transaction(async (session) => {
      if (records.length > 0) {
        const entered = await enter(session, records);
        await copyRare(session, entered);
        await this.#charge(session, entered);
      }
      await session.query(`UPDATE tollgate.replica SET positions = $1 WHERE name = $2`, [
        JSON.stringify(positions),
        this.#replica,
      ]);
    });
  }

  async #charge(session: Session, records: readonly RequestRecord[]): Promise<void> {
    await addCharges(session, this.#replica, chargesOf(records));
    const newest = records.reduce((latest, { startedAtMs }) => Math.max(latest, startedAtMs), 0) / 1000;
    if (newest < this.#sweepAt) return;
    await session.query(
      `DELETE FROM tollgate.charged
      WHERE replica = $1 AND window_start + window_seconds <= $2`,
      [this.#replica, Math.floor(newest)],
    );
    this.#sweepAt = newest + sweepSeconds;
  }
}

/** Within a transaction. */
export async function addCharges(
  session: Session,
  replica: string,
  charges: Iterable<ChargedSum>,
): Promise<void> {
  const sums = [...charges].map(({ budget, unit, group, windowStart, windowSeconds, used }) => [
    replica,
    storable(budget),
    unit,
    storable(group),
    windowStart,
    windowSeconds,
    Math.round(used),
  ]);
  for (let first = 0; first < sums.length; first += insertAtOnce) {
    const rows = sums.slice(first, first + insertAtOnce);
    await session.query(
      `INSERT INTO tollgate.charged VALUES ${places(rows)}
       ON CONFLICT (replica, budget, unit, budget_group, window_start, window_seconds)
       DO UPDATE SET used = tollgate.charged.used + excluded.used`,
      rows.flat(),
    );
  }
}

async function copyAll(session: Session, records: readonly RequestRecord[]): Promise<typeof records> {
  await session.copy('COPY tollgate.call FROM STDIN', pieces(records));
  return records;
}

function* pieces(records: readonly RequestRecord[]): Iterable<string> {
  for (let first = 0; first < records.length; first += rowsAtOnce)
    yield records
      .slice(first, first + rowsAtOnce)
      .map((record) => copyRow(rowOf(record)))
      .join('');
}

/** Of those that were not there before. */
async function copyRare(session: Session, records: readonly RequestRecord[]): Promise<void> {
  const rows: string[] = [];
  for (const record of records) {
    const rare = rareFiguresOf(record);
    if (rare !== undefined) rows.push(copyRow([record.id, ...rare.map(Math.round)]));
  }
  if (rows.length > 0) await session.copy('COPY tollgate.call_rare FROM STDIN', [rows.join('')]);
}

/** Returns those that were not there. */
async function insertNew(session: Session, records: readonly RequestRecord[]): Promise<RequestRecord[]> {
  const entered = new Set<string>();
  for (let first = 0; first < records.length; first += insertAtOnce) {
    const rows = records.slice(first, first + insertAtOnce).map(rowOf);
    const added = await session.query(
      `INSERT INTO tollgate.call VALUES ${places(rows)} ON CONFLICT (id) DO NOTHING RETURNING id`,
      rows.flat().map((value) => (typeof value === 'string' ? storable(value) : value)),
    );
    for (const row of added) entered.add(String(row['id']));
  }
  return records.filter(({ id }) => entered.has(id));
}

function rowOf(record: RequestRecord): (string | number | null)[] {
  const columns = columnsOf(record);
  for (let at = 0; at < firstFraction; at++) {
    const value = columns[at];
    if (typeof value === 'number') columns[at] = Math.round(value);
  }
  columns[labelsAt] = readableLabels(String(columns[labelsAt]));
  columns.push(JSON.stringify(record));
  return columns;
}

/** Postgres' JSON functions fail on escapes that are no characters of its own. */
function readableLabels(json: string): string {
  return json.includes('\\u')
    ? json.replace(/\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\\ufffd'))
    : json;
}

/** `($1,$2),($3,$4)`. */
function places(rows: readonly (readonly unknown[])[]): string {
  let next = 1;
  return rows.map((row) => `(${row.map(() => `$${next++}`)})`).join();
}
