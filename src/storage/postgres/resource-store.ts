/**
 * Resources that several gateways share. Each has all of them in memory and follows what the others write; a write is one
 * transaction that only succeeds on the very state that it was decided on.
 */
import type { KubeObject, ObjectRef } from '../../core/resources/object.ts';
import { groupOf, refOf } from '../../core/resources/object-ref.ts';
import { MemoryResourceStore } from '../memory/resource-store.ts';
import { planChanges, refKey } from '../resource-changes.ts';
import type { ResourceChange, ResourceEvent, ResourceStore } from '../resource-store.ts';
import { openSecretCipher, type SecretCipher } from '../sqlite/secret-encryption.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import type { PostgresConnection } from './connection.ts';
import { ResourceRows, type StoredChange } from './resource-rows.ts';
import type { Session } from './session.ts';

export interface PostgresResourceOptions {
  /** Its schema must be up to date (`migratePostgresSchema`); it stays open when the store is closed. */
  connection: PostgresConnection;
  /** File with the key that Secrets are sealed with, the same for all replicas; made by the first where there is none yet. */
  keyPath: string;
  /** How often is looked for what others wrote; default 250. */
  pollMs?: number;
  /** Told when what others write cannot be followed, once, and without a fault when it can again. */
  onFault?: (fault: Error | undefined) => void;
}

const keyCheckText = 'resource store key check';
/** People wait for it. */
const timeoutMs = 5_000;
const loadMs = 60_000;
/** Of a write before which everything has to be read. */
const maxAttempts = 3;

export async function openPostgresResourceStore(options: PostgresResourceOptions): Promise<ResourceStore> {
  const cipher = await openCheckedCipher(options.connection, options.keyPath);
  const store = new PostgresResourceStore(options, new ResourceRows(cipher));
  await store.start();
  return store;
}

/** A value sealed at the first start tells a wrong key at once, not at the first Secret that is needed. */
async function openCheckedCipher(connection: PostgresConnection, keyPath: string): Promise<SecretCipher> {
  const read = async () => {
    const [row] = await connection.run((session) =>
      session.query('SELECT key_check FROM tollgate.resource_store'),
    );
    return row?.['key_check'] as string | null;
  };
  const cipher = openSecretCipher(keyPath, (await read()) === null);
  const sealed = Buffer.from(cipher.seal(keyCheckText, 'key check')).toString('base64');
  await connection.run((session) =>
    session.query('UPDATE tollgate.resource_store SET key_check = $1 WHERE key_check IS NULL', [sealed]),
  );
  try {
    cipher.open(Buffer.from(String(await read()), 'base64'), 'key check');
    return cipher;
  } catch {
    throw new Error(
      `${keyPath} is not the key that the Secrets in Postgres were encrypted with: copy the encryption.key of the first gateway there`,
    );
  }
}

class PostgresResourceStore implements ResourceStore {
  readonly shared = true;
  readonly #options: PostgresResourceOptions;
  readonly #rows: ResourceRows;
  readonly #memory = new MemoryResourceStore({});
  /** What the operation under way has changed and nobody else may see yet. */
  #draft: Map<string, KubeObject | undefined> | undefined;
  #planned: ResourceEvent[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #faulty = false;

  constructor(options: PostgresResourceOptions, rows: ResourceRows) {
    this.#options = options;
    this.#rows = rows;
  }

  async start(): Promise<void> {
    await this.#loadAll();
    const { pollMs = 250 } = this.#options;
    const poll = async () => {
      await this.#inTurn(() => this.#follow()).then(
        () => this.#tellFault(undefined),
        (error) => this.#tellFault(error),
      );
      if (this.#timer !== undefined) this.#timer = setTimeout(poll, pollMs);
    };
    this.#timer = setTimeout(poll, pollMs);
  }

  revision(): number {
    return this.#memory.revision();
  }

  oldestRevision(): number {
    return this.#memory.oldestRevision();
  }

  get(ref: ObjectRef): KubeObject | undefined {
    const id = refKey(ref);
    return this.#draft?.has(id) ? this.#draft.get(id) : this.#memory.get(ref);
  }

  list(group: string, kind: string): readonly KubeObject[] {
    const stored = this.#memory.list(group, kind);
    const prefix = `${group}/${kind}/`;
    const drafted = [...(this.#draft ?? [])].filter(([id]) => id.startsWith(prefix));
    if (drafted.length === 0) return stored;
    const all = new Map(stored.map((object) => [refKey(refOf(object)), object]));
    for (const [id, object] of drafted) object === undefined ? all.delete(id) : all.set(id, object);
    return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  commit(changes: readonly ResourceChange[]): readonly ResourceEvent[] {
    const draft = this.#draft;
    if (draft === undefined) throw new Error('a shared store is written within `write`');
    const revision = this.#memory.revision() + this.#planned.length;
    const events = planChanges(changes, revision, (ref) => this.get(ref));
    for (const { type, object } of events)
      draft.set(refKey(refOf(object)), type === 'DELETED' ? undefined : object);
    this.#planned.push(...events);
    return events;
  }

  write<T>(operation: () => T): Promise<T> {
    return this.#inTurn(async () => {
      const { result, events, refusal } = this.#tryOut(operation);
      if (refusal === undefined && (events.length === 0 || (await this.#save(events)))) return result as T;
      // A refusal may be because of what another replica has undone meanwhile.
      if (refusal !== undefined && !(await this.#follow().catch(() => false))) throw refusal.error;
      return (await this.#writeLocked(operation)) as T;
    });
  }

  eventsSince(revision: number): readonly ResourceEvent[] | undefined {
    return this.#memory.eventsSince(revision);
  }

  subscribe(listener: (events: readonly ResourceEvent[]) => void): () => void {
    return this.#memory.subscribe(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#memory.close();
  }

  /** On a draft that nobody else sees. */
  #tryOut(operation: () => unknown): {
    result?: unknown;
    events: readonly ResourceEvent[];
    refusal?: { error: unknown };
  } {
    this.#draft = new Map();
    this.#planned = [];
    try {
      return { result: operation(), events: this.#planned };
    } catch (error) {
      return { events: [], refusal: { error } };
    } finally {
      this.#draft = undefined;
    }
  }

  /** False when others have written meanwhile. */
  async #save(events: readonly ResourceEvent[]): Promise<boolean> {
    const revision = this.#memory.revision();
    const saved = await this.#options.connection.transaction(
      (session) => this.#rows.save(session, revision, events),
      timeoutMs,
    );
    if (saved) this.#memory.adopt(events);
    return saved;
  }

  /** While nobody else can write: others that write all the time keep this gateway waiting, not from writing. */
  async #writeLocked(operation: () => unknown): Promise<unknown> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await this.#follow();
      const done = await this.#options.connection.transaction(async (session) => {
        const revision = await this.#rows.lock(session);
        if (!(await this.#catchUp(session, revision))) return undefined;
        const { result, events, refusal } = this.#tryOut(operation);
        if (refusal !== undefined) throw refusal.error;
        if (events.length > 0) await this.#rows.save(session, revision, events);
        return { result, events };
      }, timeoutMs);
      if (done === undefined) continue;
      if (done.events.length > 0) this.#memory.adopt(done.events);
      return done.result;
    }
    throw new StoreUnavailable('the store could not be followed: try again');
  }

  /** False when not every change up to `revision` is kept. */
  async #catchUp(session: Session, revision: number): Promise<boolean> {
    const known = this.#memory.revision();
    if (revision === known) return true;
    const changes = revision < known ? undefined : await this.#rows.changesSince(session, known);
    if (changes === undefined || changes.length === 0) return false;
    for (const change of changes) this.#memory.adopt([this.#eventOf(change)]);
    return true;
  }

  /** True when there was something new. */
  async #follow(): Promise<boolean> {
    const { connection } = this.#options;
    const revision = await connection.run((session) => this.#rows.revision(session), timeoutMs);
    if (revision === this.#memory.revision()) return false;
    if (!(await connection.run((session) => this.#catchUp(session, revision), timeoutMs)))
      await this.#loadAll();
    return true;
  }

  /** At the start, and after having been away for too long: what differs is told as if it happened now. */
  async #loadAll(): Promise<void> {
    const { revision, objects } = await this.#options.connection.transaction(
      (session) => this.#rows.load(session),
      loadMs,
    );
    const gone = new Map([...this.#memory.all()].map((object) => [refKey(refOf(object)), object]));
    const changed: StoredChange[] = [];
    for (const object of objects) {
      const before = gone.get(refKey(refOf(object)));
      gone.delete(refKey(refOf(object)));
      if (before?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      changed.push(changeOf(before === undefined ? 'ADDED' : 'MODIFIED', object));
    }
    changed.sort((a, b) => a.revision - b.revision);
    for (const object of gone.values()) changed.push({ ...changeOf('DELETED', object), revision });
    if (changed.length > 0) this.#memory.adopt(changed.map((change) => this.#eventOf(change)));
    this.#memory.forget(revision);
  }

  #eventOf(change: StoredChange): ResourceEvent {
    const previous = this.#memory.get(refOf(change.object));
    return { ...change, ...(previous && { previous }) };
  }

  /** One after the other, so that a write is decided on a state that does not move under it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #tellFault(error: Error | undefined): void {
    if ((error !== undefined) === this.#faulty) return;
    this.#faulty = error !== undefined;
    this.#options.onFault?.(error);
  }
}

function changeOf(type: ResourceEvent['type'], object: KubeObject): StoredChange {
  const revision = Number(object.metadata.resourceVersion);
  return { type, revision, group: groupOf(object), kind: object.kind, object };
}
