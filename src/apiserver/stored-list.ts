/**
 * Lists of objects that are read from disk page by page. A chunk is as things are when it is read: whoever watches from the
 * resourceVersion of the first one is told what changed between.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { pagesOf } from '../storage/resource-pages.ts';
import type { PageStart, StoredKeys } from '../storage/stored-keys.ts';
import { type FormOptions, formList } from './answer-form.ts';
import { selectedName } from './field-selector.ts';
import { type ListQuery, type ListResult, objectFilter, wholeNumber } from './list-query.ts';
import { badRequest } from './status-error.ts';

/** Objects that a chunk is looked for among: one that a selector leaves few of, or none, may be short. */
const looked = 2_000;

/** Undefined without a `limit`: then it is `sendStored`. Throws 400. */
export function listStored(
  keys: StoredKeys,
  kind: KindDefinition,
  query: ListQuery,
  revision: number,
): ListResult | undefined {
  const { namespace, parameters } = query;
  const limit = wholeNumber(parameters.get('limit') || '0', 'limit');
  const token = decodeToken(parameters.get('continue') ?? '');
  const matches = objectFilter(kind, namespace, parameters) ?? (() => true);
  const resourceVersion = String(token?.revision ?? revision);
  const name = selectedName(parameters.get('fieldSelector') ?? '');
  if (name !== undefined && namespace !== undefined)
    return {
      items: [keys.get({ namespace, name })].filter((o) => o !== undefined).filter(matches),
      resourceVersion,
    };
  if (limit === 0 && token === undefined) return undefined;
  const most = limit === 0 ? Number.MAX_SAFE_INTEGER : limit;
  const items: KubeObject[] = [];
  let seen = 0;
  let last = token?.after;
  for (const page of pagesOf(keys, namespace, token?.after)) {
    for (const object of page) {
      if (items.length === most || (limit > 0 && seen >= Math.max(looked, limit))) {
        const next = encodeToken({ revision: Number(resourceVersion), after: last! });
        return { items, resourceVersion, continue: next };
      }
      if (matches(object)) items.push(object);
      last = { namespace: object.metadata.namespace!, name: object.metadata.name };
      seen += 1;
    }
  }
  return { items, resourceVersion };
}

/** A whole list, written while it is read. */
export async function sendStored(
  keys: StoredKeys,
  { namespace, parameters }: ListQuery,
  resourceVersion: string,
  options: FormOptions,
  response: ServerResponse,
): Promise<void> {
  const matches = objectFilter(options.kind, namespace, parameters) ?? (() => true);
  const textOf = (items: readonly KubeObject[]) =>
    JSON.stringify(formList({ items, resourceVersion }, options));
  // The items are last in every form.
  const head = textOf([]).slice(0, -2);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.write(head);
  let before = '';
  for (const page of pagesOf(keys, namespace, undefined)) {
    const found = page.filter(matches);
    if (found.length > 0) response.write(before + textOf(found).slice(head.length, -2));
    if (found.length > 0) before = ',';
    if (!(await isReady(response))) return;
  }
  response.end(']}\n');
}

/** When more may be written, with others served in between; false when nobody reads any more. */
export async function isReady(response: ServerResponse): Promise<boolean> {
  if (!response.writableNeedDrain) await turn();
  else await Promise.race([once(response, 'drain'), once(response, 'close')]).catch(() => undefined);
  return !response.destroyed;
}

interface ContinueToken {
  revision: number;
  after: NonNullable<PageStart['after']>;
}

function encodeToken({ revision, after }: ContinueToken): string {
  return Buffer.from(`v2:${revision}:${after.namespace}/${after.name}`).toString('base64url');
}

function decodeToken(text: string): ContinueToken | undefined {
  if (text === '') return undefined;
  const match = /^v2:(\d{1,15}):([^/]+)\/(.+)$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  if (match === null) throw badRequest('continue key is not valid');
  return { revision: Number(match[1]), after: { namespace: match[2]!, name: match[3]! } };
}
