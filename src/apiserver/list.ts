/** Lists: filtered, in chunks that stay consistent, at the resourceVersion asked for. */
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { storedKeysOf } from '../storage/resource-pages.ts';
import { type ListQuery, type ListResult, objectFilter, wholeNumber } from './list-query.ts';
import type { RegistryContext } from './registry/context.ts';
import { badRequest, expired, resourceVersionTooLarge } from './status-error.ts';
import { listStored } from './stored-list.ts';

/** Chunked lists read on from the array they began with: arrays in the store are replaced, never changed. */
const keptSnapshots = 16;

export class ListReader {
  readonly #context: RegistryContext;
  readonly #snapshots = new Map<string, readonly KubeObject[]>();

  constructor(context: RegistryContext) {
    this.#context = context;
  }

  /**
   * Undefined: a whole list that is read from disk, see `sendStored`. Throws 400, 410 (the chunk's list is no longer kept) or 504 (a
   * resourceVersion of the future).
   */
  list(kind: KindDefinition, query: ListQuery): ListResult | undefined {
    const stored = storedKeysOf(this.#context.store, kind);
    if (stored === undefined) return this.#listKept(kind, query);
    if ((query.parameters.get('continue') ?? '') === '') this.#checkVersion(query.parameters);
    return listStored(stored, kind, query, this.#context.store.revision());
  }

  #listKept(kind: KindDefinition, { namespace, parameters }: ListQuery): ListResult {
    const limit = wholeNumber(parameters.get('limit') ?? '0', 'limit');
    const token = decodeToken(parameters.get('continue') ?? '');
    if (token === undefined) this.#checkVersion(parameters);
    const revision = token?.revision ?? this.#context.store.revision();
    const all = this.#snapshot(kind, revision, token !== undefined);
    const items = filterObjects(kind, all, namespace, parameters);
    const start = token?.start ?? 0;
    const chunk = limit === 0 ? items.slice(start) : items.slice(start, start + limit);
    const resourceVersion = String(revision);
    const next = start + chunk.length;
    if (next >= items.length) return { items: chunk, resourceVersion };
    this.#keep(kind, revision, all);
    const selective = parameters.get('labelSelector') || parameters.get('fieldSelector');
    return {
      items: chunk,
      resourceVersion,
      continue: encodeToken({ revision, start: next }),
      ...(!selective && { remainingItemCount: items.length - next }),
    };
  }

  #snapshot(kind: KindDefinition, revision: number, resumed: boolean): readonly KubeObject[] {
    if (!resumed) return this.#context.store.list(kind.group, kind.kind);
    const kept = this.#snapshots.get(`${kind.group}/${kind.kind}@${revision}`);
    if (kept === undefined) {
      throw expired(
        'The provided continue parameter is too old to display a consistent list result. Start a new list without the continue parameter.',
      );
    }
    return kept;
  }

  #keep(kind: KindDefinition, revision: number, items: readonly KubeObject[]): void {
    this.#snapshots.set(`${kind.group}/${kind.kind}@${revision}`, items);
    if (this.#snapshots.size > keptSnapshots) this.#snapshots.delete(this.#snapshots.keys().next().value!);
  }

  #checkVersion(parameters: URLSearchParams): void {
    const text = parameters.get('resourceVersion') ?? '';
    const match = parameters.get('resourceVersionMatch') ?? '';
    if (match !== '' && text === '')
      throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (text === '' || text === '0') return;
    const asked = wholeNumber(text, 'resourceVersion');
    const current = this.#context.store.revision();
    if (asked > current) throw resourceVersionTooLarge(asked, current);
    if (match === 'Exact' && asked !== current) {
      throw expired(`The resourceVersion for the provided list is too old.`);
    }
  }
}

function filterObjects(
  kind: KindDefinition,
  all: readonly KubeObject[],
  namespace: string | undefined,
  parameters: URLSearchParams,
): readonly KubeObject[] {
  const matches = objectFilter(kind, namespace, parameters);
  return matches === undefined ? all : all.filter(matches);
}

interface ContinueToken {
  revision: number;
  start: number;
}

function encodeToken({ revision, start }: ContinueToken): string {
  return Buffer.from(`v1:${revision}:${start}`).toString('base64url');
}

function decodeToken(text: string): ContinueToken | undefined {
  if (text === '') return undefined;
  const match = /^v1:(\d{1,15}):(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match === null) throw badRequest('continue key is not valid');
  return { revision: Number(match[1]), start: Number(match[2]) };
}
