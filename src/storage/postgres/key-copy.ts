/**
 * Brings a gateway's copy of VirtualKeys up to what the server has: by the changes since it stopped while they are kept, else by all
 * that was written since. A copy that the server does not recognise is made anew.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../core/resources/object.ts';
import { nowAndThen, type Progress } from '../progress.ts';
import { isVirtualKey } from '../resource-pages.ts';
import type { ResourceEvent } from '../resource-store.ts';
import type { KeyReplica, Position } from '../sqlite/key-replica.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import type { PostgresConnection } from './connection.ts';
import { keysAfter, keysAt, namesAfter } from './key-rows.ts';
import type { ResourceRows, StoredChange } from './resource-rows.ts';

const keysAtOnce = 500;
const namesAtOnce = 5_000;
const pageMs = 30_000;
/** Of keys that others write all the time, or that do not become the same. */
const maxAttempts = 10;
const virtualKey = { group: 'tollgate.dev', kind: 'VirtualKey' };

export interface KeyCopyOptions {
  connection: PostgresConnection;
  rows: ResourceRows;
  replica: KeyReplica;
  /** Told of keys that are read anew, when it takes longer than a second. */
  progress?: Progress;
}

/** What the server had at one moment, the copy of keys too. */
export interface BroughtUp {
  position: Position;
  /** All but VirtualKeys. */
  others: KubeObject[];
}

export class KeyCopy {
  readonly #options: KeyCopyOptions;

  constructor(options: KeyCopyOptions) {
    this.#options = options;
  }

  /** `tell` is told of keys that are others than before. Throws `StoreUnavailable`; the next time goes on where it stopped. */
  async bringUp(tell: (events: readonly ResourceEvent[]) => void): Promise<BroughtUp> {
    const { connection, replica } = this.#options;
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await this.#checkPosition();
      if (!replica.isWhole) await this.#fill(tell);
      const brought = await connection.transaction((session) => this.#finish(session, tell), pageMs);
      if (brought !== undefined) return brought;
    }
    throw new StoreUnavailable('the copy of the keys does not become what Postgres has');
  }

  async #checkPosition(): Promise<void> {
    const { connection, rows, replica } = this.#options;
    const { position } = replica;
    const [now, isKnown] = await connection.run(
      async (session) => [
        await rows.position(session),
        position !== undefined && (await rows.knows(session, position)),
      ],
      pageMs,
    );
    if (isKnown) return;
    if (position !== undefined)
      replica.throwAway(
        position.revision > now.revision
          ? `it is ahead of Postgres (revision ${position.revision}, Postgres has ${now.revision})`
          : 'it is of another database, or of one that has lost what was written last',
      );
    const { keys } = await connection.run(keysAt, pageMs);
    replica.expect(keys);
    replica.begin(now);
  }

  /** With what was written after the last that is in the copy. */
  async #fill(tell: (events: readonly ResourceEvent[]) => void): Promise<void> {
    const { connection, replica, progress = () => {} } = this.#options;
    const now = nowAndThen(progress, () => performance.now());
    const { keys: all } = await connection.run(keysAt, pageMs);
    for (let done = replica.taken === 0 ? 0 : replica.keys.count(); ; ) {
      const page = await connection.run((session) => keysAfter(session, replica.taken, keysAtOnce), pageMs);
      const events = page.flatMap((object) => eventsOf(object, replica));
      replica.take(events, undefined, Number(page.at(-1)?.metadata.resourceVersion ?? 0));
      if (events.length > 0) tell(events);
      done += page.length;
      now(done, Math.max(done, all));
      if (page.length > 0) continue;
      const { position, keys, last } = await connection.run(keysAt, pageMs);
      if (position === undefined || last > replica.taken) continue;
      if (keys !== replica.keys.count()) await this.#sweep(position, tell);
      replica.take([], position);
      return;
    }
  }

  /** What was deleted is not among what was written: what nobody names any more is gone. */
  async #sweep(position: Position, tell: (events: readonly ResourceEvent[]) => void): Promise<void> {
    const { connection, replica } = this.#options;
    const sweep = replica.sweep();
    for (let after = { namespace: '', name: '' }; ; ) {
      const names = await connection.run((session) => namesAfter(session, after, namesAtOnce), pageMs);
      for (const { namespace, name } of names) sweep.name(namespace, name);
      if (names.length < namesAtOnce) break;
      after = names.at(-1)!;
    }
    const { revision } = position;
    for (const gone of sweep.unnamed()) {
      const events = gone.map((object): ResourceEvent => {
        const deleted = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
        return { ...virtualKey, type: 'DELETED', revision, object: deleted, previous: object };
      });
      replica.take(events, undefined);
      tell(events);
    }
  }

  /** Undefined when it has to be filled once more. */
  async #finish(
    session: Parameters<typeof keysAt>[0],
    tell: (events: readonly ResourceEvent[]) => void,
  ): Promise<BroughtUp | undefined> {
    const { rows, replica } = this.#options;
    await session.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const known = replica.position!;
    const { position, keys } = await keysAt(session);
    const changes = await rows.changesSince(session, known.revision);
    const isKept = position !== undefined && (position.revision === known.revision || changes?.length !== 0);
    if (!isKept || changes === undefined) {
      replica.begin(known);
      return undefined;
    }
    const events = replayed(changes, replica);
    replica.take(events, position);
    if (events.length > 0) tell(events);
    const count = replica.keys.count();
    if (count === keys) return { position, others: await rows.others(session) };
    replica.throwAway(`it has ${count} keys where Postgres has ${keys}`);
    return undefined;
  }
}

/** The key as the server has it; nothing when it is in the copy already. */
function eventsOf(object: KubeObject, replica: KeyReplica): ResourceEvent[] {
  const previous = replica.keys.get(object.metadata);
  const revision = Number(object.metadata.resourceVersion);
  if (previous !== undefined && Number(previous.metadata.resourceVersion) === revision)
    if (replica.isTrusted || isDeepStrictEqual(previous, object)) return [];
  const type = previous === undefined ? 'ADDED' : 'MODIFIED';
  return [{ ...virtualKey, type, revision, object, ...(previous && { previous }) }];
}

/** Of changes to keys those that are not in the copy yet: it may hold what was written later. */
function replayed(changes: readonly StoredChange[], replica: KeyReplica): ResourceEvent[] {
  const pending = new Map<string, KubeObject | undefined>();
  return changes.filter(isVirtualKey).flatMap(({ stamp: _, ...change }): ResourceEvent[] => {
    const { namespace, name } = change.object.metadata;
    const id = `${namespace}/${name}`;
    const previous = pending.has(id) ? pending.get(id) : replica.keys.get(change.object.metadata);
    const isOld = previous !== undefined && Number(previous.metadata.resourceVersion) >= change.revision;
    if (isOld || (previous === undefined && change.type === 'DELETED')) return [];
    pending.set(id, change.type === 'DELETED' ? undefined : change.object);
    const type = change.type === 'DELETED' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    return [{ ...change, type, ...(previous && { previous }) }];
  });
}
