/** VirtualKeys on disk: read when asked for, so that neither start nor memory grows with their number. */
import type { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceEvent } from '../resource-store.ts';
import type { PageStart, StoredKeys } from '../stored-keys.ts';
import { VirtualKeyRows } from './virtual-key-rows.ts';
import { type SearchBounds, VirtualKeySearch } from './virtual-key-search.ts';

export class SqliteVirtualKeys extends VirtualKeySearch implements StoredKeys {
  readonly #rows: VirtualKeyRows;
  readonly #get;
  readonly #pageOfNamespace;
  readonly #pageOfAll;

  constructor(database: DatabaseSync, bounds?: SearchBounds) {
    super(database, bounds);
    this.#rows = new VirtualKeyRows(database);
    this.#get = database.prepare('SELECT body FROM virtual_key WHERE namespace = ? AND name = ?');
    this.#pageOfNamespace = database.prepare(
      'SELECT body FROM virtual_key WHERE namespace = ? AND name > ? ORDER BY name LIMIT ?',
    );
    this.#pageOfAll = database.prepare(
      'SELECT body FROM virtual_key WHERE (namespace, name) > (?, ?) ORDER BY namespace, name LIMIT ?',
    );
  }

  get({ namespace = '', name }: { namespace?: string; name: string }): KubeObject | undefined {
    const row = this.#get.get(namespace, name);
    return row && objectOf(row);
  }

  page({ namespace, after, limit }: PageStart): KubeObject[] {
    const rows =
      namespace === undefined
        ? this.#pageOfAll.all(after?.namespace ?? '', after?.name ?? '', limit)
        : this.#pageOfNamespace.all(namespace, after?.name ?? '', limit);
    return rows.map(objectOf);
  }

  /** Within the transaction of the store. */
  save({ type, object, previous }: ResourceEvent): void {
    if (type === 'DELETED') this.#rows.remove(previous!);
    else this.#rows.put(object, previous);
  }

  /** What was saved is durable, or nothing of it is. */
  saved(): void {
    this.#rows.take();
  }
}

function objectOf(row: Record<string, unknown>): KubeObject {
  return JSON.parse(row['body'] as string) as KubeObject;
}
