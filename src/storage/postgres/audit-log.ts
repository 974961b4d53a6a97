/**
 * The audit log of several gateways in one list. Each writes to its own first, which needs no server, and delivers from there, in
 * order: what is done while Postgres is away follows when it is back.
 */
import type {
  AuditEntry,
  AuditFilter,
  AuditLog,
  AuditOrder,
  AuditPage,
  AuditQuery,
  LocalAuditLog,
  NewAuditEntry,
} from '../audit-log.ts';
import { likeLiteral } from '../like-pattern.ts';
import type { PostgresConnection } from './connection.ts';
import { storable } from './copy-text.ts';
import type { Session, Value } from './session.ts';

export interface PostgresAuditLogOptions {
  /** Its schema must be up to date (`migratePostgresSchema`); it stays open when the log is closed. */
  connection: PostgresConnection;
  /** Closed with this one. */
  local: LocalAuditLog;
  /** How long after a failure delivery is tried again; default 1,000. */
  retryMs?: number;
  /** Told when entries cannot be delivered, once, and without a fault when they can again. */
  onFault?: (fault: Error | undefined) => void;
}

const entriesAtOnce = 500;
const closeMs = 2_000;

export function openPostgresAuditLog(options: PostgresAuditLogOptions): AuditLog {
  const log = new PostgresAuditLog(options);
  log.kick();
  return log;
}

class PostgresAuditLog implements AuditLog {
  readonly #options: PostgresAuditLogOptions;
  /** Of the last entry that was delivered; unknown until the server is asked. */
  #delivered: number | undefined;
  #delivery: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #faulty = false;
  #closed = false;

  constructor(options: PostgresAuditLogOptions) {
    this.#options = options;
  }

  append(entries: readonly NewAuditEntry[]): void {
    this.#options.local.append(entries);
    this.kick();
  }

  async search(filter: AuditFilter, page: AuditQuery): Promise<AuditPage> {
    // What was under way may have begun before the last entry.
    await this.#delivery?.catch(() => {});
    await this.#deliver();
    return this.#options.connection.run((session) => searchIn(session, filter, page));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeMs);
    });
    // What is not delivered now is at the next start.
    await Promise.race([this.#deliver().catch(() => {}), late]);
    clearTimeout(timer);
    this.#options.local.close();
  }

  /** Delivers without anybody waiting for it. */
  kick(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#deliver().then(
      () => this.#tell(undefined),
      (error: Error) => {
        this.#tell(error);
        if (this.#closed || this.#retry !== undefined) return;
        this.#retry = setTimeout(() => {
          this.#retry = undefined;
          this.kick();
        }, this.#options.retryMs ?? 1_000);
        this.#retry.unref();
      },
    );
  }

  /** One at a time: who comes meanwhile waits for the one under way, which goes on until nothing is left. */
  #deliver(): Promise<void> {
    this.#delivery ??= this.#deliverAll();
    return this.#delivery;
  }

  async #deliverAll(): Promise<void> {
    const { connection, local } = this.#options;
    // It is known as the one under way before it can end.
    await Promise.resolve();
    try {
      this.#delivered ??= await connection.run((session) => lastOf(session, local.name));
      for (;;) {
        const entries = local.after(this.#delivered, entriesAtOnce);
        if (entries.length === 0) return;
        await connection.run((session) => enter(session, local.name, entries));
        this.#delivered = entries.at(-1)!.id;
      }
    } finally {
      // In the same turn as the last look: an entry that comes later begins another one.
      this.#delivery = undefined;
    }
  }

  #tell(fault: Error | undefined): void {
    if ((fault !== undefined) === this.#faulty) return;
    this.#faulty = fault !== undefined;
    this.#options.onFault?.(fault);
  }
}

async function lastOf(session: Session, source: string): Promise<number> {
  const [row] = await session.query('SELECT max(entry) AS last FROM tollgate.audit WHERE source = $1', [
    source,
  ]);
  return Number(row?.['last'] ?? 0);
}

/** One statement, so all or nothing; again does no harm. */
async function enter(session: Session, source: string, entries: readonly AuditEntry[]): Promise<void> {
  const values: Value[] = [];
  const rows = entries.map(({ id, atMs, actor, role, action, object, changes }) => {
    const row = [source, id, atMs, actor, role, action, object, JSON.stringify(changes)];
    values.push(...row.map((value) => (typeof value === 'string' ? storable(value) : value)));
    return `(${row.map((_, at) => `$${values.length - row.length + at + 1}`).join()})`;
  });
  await session.query(
    `INSERT INTO tollgate.audit (source, entry, at, actor, role, action, object, changes) VALUES ${rows.join()}
     ON CONFLICT (source, entry) DO NOTHING`,
    values,
  );
}

const orders: Readonly<Record<AuditOrder['by'], string>> = {
  time: 'at',
  actor: 'actor COLLATE "C"',
  action: 'action COLLATE "C"',
  object: 'object COLLATE "C"',
};

/** By time: entries of a gateway that was cut off come late, and stand where they belong. */
async function searchIn(
  session: Session,
  { object, actor, action, fromMs, toMs }: AuditFilter,
  { limit, before, order = { by: 'time' } }: AuditQuery,
): Promise<AuditPage> {
  const column = orders[order.by];
  const [direction, isAfter] = order.ascending ? ['ASC', '>'] : ['DESC', '<'];
  const values: Value[] = [];
  const bind = (value: Value) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (object !== undefined)
    conditions.push(`object COLLATE "C" LIKE ${bind(`${likeLiteral(storable(object))}%`)}`);
  if (actor !== undefined)
    conditions.push(`(actor = ${bind(actor)} OR starts_with(actor, ${bind(`${actor} (`)}))`);
  if (action !== undefined) conditions.push(`starts_with(action, ${bind(storable(action))})`);
  if (fromMs !== undefined) conditions.push(`at >= ${bind(Math.ceil(fromMs))}`);
  if (toMs !== undefined) conditions.push(`at < ${bind(Math.ceil(toMs))}`);
  if (before !== undefined)
    conditions.push(
      `(${column}, id) ${isAfter} (SELECT ${column}, id FROM tollgate.audit WHERE id = ${bind(before)})`,
    );
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await session.query(
    `SELECT * FROM tollgate.audit ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ${bind(limit + 1)}`,
    values,
  );
  const entries = rows.slice(0, limit).map(entryOf);
  const last = entries.at(-1);
  return rows.length > limit && last !== undefined ? { entries, next: last.id } : { entries };
}

function entryOf(row: Record<string, unknown>): AuditEntry {
  return {
    id: Number(row['id']),
    atMs: Number(row['at']),
    actor: String(row['actor']),
    role: String(row['role']),
    action: String(row['action']),
    object: String(row['object']),
    changes: JSON.parse(String(row['changes'])) as AuditEntry['changes'],
  };
}
