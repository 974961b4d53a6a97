/**
 * Resources that several gateways share. Each follows what the others write: VirtualKeys into a copy on disk, all others into memory. A
 * write is one transaction that only succeeds on the very state that it was decided on.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { KubeObject, ObjectRef } from '../../core/resources/object.ts';
import { refOf } from '../../core/resources/object-ref.ts';
import { MemoryResourceStore } from '../memory/resource-store.ts';
import type { Progress } from '../progress.ts';
import { differences, eventsOfChanges, planChanges, refKey } from '../resource-changes.ts';
import { isVirtualKey, listAll } from '../resource-pages.ts';
import type { ResourceChange, ResourceEvent, ResourceStore } from '../resource-store.ts';
import { KeyReplica, type Position } from '../sqlite/key-replica.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import type { StoredKeys } from '../stored-keys.ts';
import { openCheckedCipher } from './checked-cipher.ts';
import type { PostgresConnection } from './connection.ts';
import { copyResources, type Inherited } from './copy-resources.ts';
import { KeyCopy } from './key-copy.ts';
import { ResourceRows } from './resource-rows.ts';
import type { Session } from './session.ts';

export interface PostgresResourceOptions {
  /** Its schema must be up to date (`migratePostgresSchema`); it stays open when the store is closed. */
  connection: PostgresConnection;
  /** File with the key that Secrets are sealed with, the same for all replicas; made by the first where there is none yet. */
  keyPath: string;
  /** Where this gateway keeps its copy of VirtualKeys. */
  directory: string;
  /** How often is looked for what others wrote; default 250. */
  pollMs?: number;
  /** What the first of all gateways begins with; asked when the database is empty. */
  inherited?: () => Inherited | undefined;
  /** Whether this gateway tells statuses of keys; default: it does. */
  speaks?: () => boolean;
  /** Told when what others write cannot be followed, once, and without a fault when it can again. */
  onFault?: (fault: Error | undefined) => void;
  /** Told why a copy of VirtualKeys that was there is made anew. */
  onThrownAway?: (why: string) => void;
  /** Told of what it begins with on its way to the server, and of keys on theirs from there, when it takes longer than a second. */
  progress?: { toServer: Progress; fromServer: Progress };
}

/** People wait for it. */
const timeoutMs = 5_000;
/** Of a write before which everything has to be read. */
const maxAttempts = 3;
/** Taken in at once, of what others wrote. */
const changesAtOnce = 500;

/** Rejects with `StoreUnavailable` when the server went away: the next time goes on where it stopped. */
export async function openPostgresResourceStore(options: PostgresResourceOptions): Promise<ResourceStore> {
  const { connection, keyPath, directory, speaks, progress, onThrownAway = () => {} } = options;
  const rows = new ResourceRows(await openCheckedCipher(connection, keyPath));
  await copyResources(connection, rows, options.inherited ?? (() => undefined), progress?.toServer);
  for (let tries = 1; ; tries++) {
    const replica = new KeyReplica({ directory, onThrownAway, ...(speaks && { speaks }) });
    try {
      const store = new PostgresResourceStore(options, rows, replica);
      await store.start();
      return store;
    } catch (error) {
      const isDamaged = replica.isDamagedBy(error);
      replica.close();
      if (!isDamaged || tries > 1) throw error;
    }
  }
}

class PostgresResourceStore implements ResourceStore {
  readonly shared = true;
  readonly #options: PostgresResourceOptions;
  readonly #rows: ResourceRows;
  readonly #replica: KeyReplica;
  readonly #copy: KeyCopy;
  #memory = new MemoryResourceStore({});
  /** What the operation under way has changed and nobody else may see yet. */
  #draft: Map<string, KubeObject | undefined> | undefined;
  #planned: ResourceEvent[] = [];
  /** The copy of keys is as if the draft had happened. */
  #isKeyDraft = false;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #faulty = false;
  #isClosed = false;

  constructor(options: PostgresResourceOptions, rows: ResourceRows, replica: KeyReplica) {
    const { connection, progress } = options;
    this.#options = options;
    this.#rows = rows;
    this.#replica = replica;
    this.#copy = new KeyCopy({
      connection,
      rows,
      replica,
      ...(progress && { progress: progress.fromServer }),
    });
  }

  async start(): Promise<void> {
    const { position, others } = await this.#copy.bringUp(() => {});
    this.#memory = new MemoryResourceStore({ keys: this.#replica.keys });
    this.#adoptOthers(position, others);
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

  /** Within an operation they are as it has left them. */
  get keys(): StoredKeys {
    if (this.#draft !== undefined && !this.#isKeyDraft) {
      this.#isKeyDraft = true;
      this.#replica.draft(this.#planned);
    }
    return this.#replica.keys;
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
    if (isVirtualKey({ group, kind })) return listAll(this.keys);
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
    for (const event of events) this.#planned.push(event);
    if (this.#isKeyDraft) this.#replica.draft(events);
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
    this.#replica.close();
    this.#isClosed = true;
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
      this.#isKeyDraft = false;
      this.#replica.undo();
    }
  }

  /** False when others have written meanwhile. */
  async #save(events: readonly ResourceEvent[]): Promise<boolean> {
    const { position, isWhole } = this.#replica;
    if (position === undefined || !isWhole) return false;
    const saved = await this.#options.connection.transaction(
      (session) => this.#rows.save(session, position, events),
      timeoutMs,
    );
    if (saved !== undefined) this.#take(events, saved);
    return saved !== undefined;
  }

  /** While nobody else can write: others that write all the time keep this gateway waiting, not from writing. */
  async #writeLocked(operation: () => unknown): Promise<unknown> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await this.#follow();
      const done = await this.#options.connection.transaction(async (session) => {
        const locked = await this.#rows.lock(session);
        if (!(await this.#catchUp(session)) || this.#memory.revision() !== locked.revision) return undefined;
        const { result, events, refusal } = this.#tryOut(operation);
        if (refusal !== undefined) throw refusal.error;
        const position = events.length > 0 && (await this.#rows.save(session, locked, events));
        return { result, events, position };
      }, timeoutMs);
      if (done === undefined) continue;
      if (done.position) this.#take(done.events, done.position);
      return done.result;
    }
    throw new StoreUnavailable('the store could not be followed: try again');
  }

  /** What is durable at the server: the copy on disk first, which the next start goes on from. */
  #take(events: readonly ResourceEvent[], position: Position): void {
    try {
      this.#replica.take(events, position);
    } catch (error) {
      this.#replica.isDamagedBy(error);
      throw new StoreUnavailable(`the copy of the keys cannot be written: ${(error as Error).message}`);
    }
    if (events.length > 0) this.#memory.adopt(events);
  }

  /** False when not every change is kept since, or when what is known here is not what the server has been. */
  async #catchUp(session: Session): Promise<boolean> {
    const { position, isWhole } = this.#replica;
    if (position === undefined || !isWhole || !(await this.#rows.knows(session, position))) return false;
    const changes = await this.#rows.changesSince(session, position.revision);
    if (changes === undefined) return false;
    for (let done = 0, end = 0; end < changes.length; end++) {
      const { revision, stamp } = changes[end]!;
      if (stamp === undefined || (end - done < changesAtOnce && end < changes.length - 1)) continue;
      const events = eventsOfChanges(changes.slice(done, end + 1), (ref) => this.get(ref));
      this.#take(events, { revision, stamp });
      done = end + 1;
      await turn();
    }
    return true;
  }

  /** True when there was something new. */
  async #follow(): Promise<boolean> {
    const { connection } = this.#options;
    const [known, isWhole] = [this.#replica.position, this.#replica.isWhole];
    const now = await connection.run((session) => this.#rows.position(session), timeoutMs);
    if (isWhole && now.revision === known?.revision && now.stamp === known.stamp) return false;
    if (await connection.run((session) => this.#catchUp(session), timeoutMs))
      if (this.#memory.revision() >= now.revision) return true;
    const { position, others } = await this.#copy.bringUp((events) => this.#memory.tell(events));
    this.#adoptOthers(position, others);
    return true;
  }

  /** At the start, and after having been away for too long: what differs is told as if it happened now. */
  #adoptOthers({ revision }: Position, objects: readonly KubeObject[]): void {
    const changed = differences(this.#memory.all(), objects, revision);
    if (changed.length > 0) this.#memory.adopt(changed);
    this.#memory.forget(revision);
  }

  /** One after the other, so that a write is decided on a state that does not move under it. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #tellFault(error: Error | undefined): void {
    if (this.#isClosed || (error !== undefined) === this.#faulty) return;
    this.#faulty = error !== undefined;
    if (error !== undefined) this.#replica.isDamagedBy(error);
    this.#options.onFault?.(error);
  }
}
