/** VirtualKeys on disk: read when asked for, so that neither start nor memory grows with their number. */
import type { DatabaseSync } from 'node:sqlite';
import { keyStates } from '../../core/config/key-facts.ts';
import type { SharedKey } from '../../core/config/snapshot.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { createKeyMarks, type KeyMarks } from '../memory/shared-key-marks.ts';
import type { ResourceEvent } from '../resource-store.ts';
import type { PageStart, StoredKeys, StoredKeysHandle, UntoldKey } from '../stored-keys.ts';
import { fillKeyMarks } from './fill-key-marks.ts';
import { UntoldKeys } from './untold-keys.ts';
import { VirtualKeyClaims } from './virtual-key-claims.ts';
import { VirtualKeyRows } from './virtual-key-rows.ts';
import { type SearchBounds, VirtualKeySearch } from './virtual-key-search.ts';

export interface VirtualKeysOptions {
  bounds?: SearchBounds;
  /** As many keys as there will be, when more of them are about to be written. */
  expected?: number;
  /** Whether this process tells statuses: of several with the same keys one does. Default: it does. */
  speaks?: () => boolean;
}

export class SqliteVirtualKeys extends VirtualKeySearch implements StoredKeys {
  readonly handle: StoredKeysHandle;
  readonly #marks: KeyMarks;
  readonly #stopFilling: () => void;
  readonly #rows: VirtualKeyRows;
  readonly #claims: VirtualKeyClaims;
  readonly #untold: UntoldKeys;
  readonly #statements;
  #opensOthers = false;

  constructor(database: DatabaseSync, path: string, options: VirtualKeysOptions = {}) {
    const { bounds, expected = 0, speaks = () => true } = options;
    super(database, bounds);
    this.#marks = createKeyMarks(Math.max(expected, this.count()));
    this.handle = { path, marks: this.#marks.handle };
    this.#rows = new VirtualKeyRows(database, speaks);
    this.#claims = new VirtualKeyClaims(database);
    this.#untold = new UntoldKeys(database, speaks);
    this.#statements = statementsOf(database);
    this.#stopFilling = fillKeyMarks(database, this.#marks);
  }

  get({ namespace = '', name }: { namespace?: string; name: string }): KubeObject | undefined {
    const row = this.#statements.get.get(namespace, name);
    return row && objectOf(row);
  }

  page({ namespace, after, limit }: PageStart): KubeObject[] {
    const { pageOfAll, pageOfNamespace } = this.#statements;
    const rows =
      namespace === undefined
        ? pageOfAll.all(after?.namespace ?? '', after?.name ?? '', limit)
        : pageOfNamespace.all(namespace, after?.name ?? '', limit);
    return rows.map(objectOf);
  }

  inForce(sha256: string): SharedKey | undefined {
    return this.#claims.inForce(Buffer.from(sha256, 'hex'));
  }

  holderOf(sha256: string): string | undefined {
    return this.#claims.holderOf(sha256);
  }

  opens(namespace: string, gateway: string): boolean {
    return this.#statements.opens.get(namespace, `${namespace}/${gateway}`) !== undefined;
  }

  takeOpensOthers(): boolean {
    const opensOthers = this.#opensOthers;
    this.#opensOthers = false;
    return opensOthers;
  }

  *issued(): Iterable<KubeObject> {
    for (const { id } of this.#statements.issued.all()) {
      const row = this.#statements.byId.get(id as number);
      if (row !== undefined) yield objectOf(row);
    }
  }

  refused(limit: number): KubeObject[] {
    return this.#statements.refused.all(limit).map(objectOf);
  }

  untold(limit: number): UntoldKey[] {
    return this.#untold.untold(limit);
  }

  told(keys: readonly UntoldKey[]): void {
    this.#untold.told(keys);
  }

  untell(name: { namespace: string; name: string }): void {
    this.#untold.untell(name);
  }

  gatewaysAre(names: readonly string[]): void {
    this.#untold.gatewaysAre(names);
  }

  /** Within the transaction of the store. */
  save({ type, object, previous, revision }: ResourceEvent): void {
    if (type === 'DELETED') this.#rows.remove(previous!, revision);
    else this.#rows.put(object, previous, revision);
  }

  /** What was saved is durable, or nothing of it is: from now on threads look at it. Returns the values that may be others'. */
  saved(): ReadonlySet<string> {
    const { hashes, opensOthers } = this.#rows.take();
    for (const sha256 of hashes) this.#marks.changed(Buffer.from(sha256, 'hex'));
    this.#opensOthers ||= opensOthers;
    return hashes;
  }

  /** Of what was saved nothing will be durable. */
  forget(): void {
    this.#rows.take();
  }

  /** Before the database is. */
  close(): void {
    this.#stopFilling();
  }
}

function statementsOf(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const states = [keyStates.indexOf('pending'), keyStates.indexOf('invalid')].join(', ');
  return {
    get: prepare('SELECT body FROM virtual_key WHERE namespace = ? AND name = ?'),
    byId: prepare('SELECT body FROM virtual_key WHERE id = ?'),
    pageOfNamespace: prepare(
      'SELECT body FROM virtual_key WHERE namespace = ? AND name > ? ORDER BY name LIMIT ?',
    ),
    pageOfAll: prepare(
      'SELECT body FROM virtual_key WHERE (namespace, name) > (?, ?) ORDER BY namespace, name LIMIT ?',
    ),
    opens: prepare('SELECT 1 FROM virtual_key_opened WHERE place IN (?, ?) LIMIT 1'),
    issued: prepare('SELECT id FROM virtual_key WHERE issued = 1'),
    refused: prepare(`SELECT body FROM virtual_key WHERE state IN (${states}) LIMIT ?`),
  };
}

function objectOf(row: Record<string, unknown>): KubeObject {
  return JSON.parse(row['body'] as string) as KubeObject;
}
