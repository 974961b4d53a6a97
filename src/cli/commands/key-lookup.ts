/** Keys by pages, and one key by the name that a person gave. */
import type { KeyView } from '../admin-api.ts';
import type { AdminClient, Query } from '../admin-client.ts';
import { CliFailure } from '../failure.ts';

const pageSize = 500;
const sameName = 100;

interface KeyPage {
  items: KeyView[];
  total?: number;
  /** There are more than `total`. */
  atLeast?: boolean;
}

/** All that match, in the order of the API; `most` 0 is no bound. `total` is how many there are, `atLeast` or more. */
export async function listKeys(
  client: AdminClient,
  query: Query,
  most = 0,
): Promise<{ items: KeyView[]; total: number; atLeast: boolean }> {
  const items: KeyView[] = [];
  const { total = 0, atLeast = false } = await addPage(client, query, most, items);
  const isWhole = () => items.length === most || (!atLeast && items.length >= total);
  while (!isWhole()) {
    const { items: found } = await addPage(client, query, most, items);
    if (found.length === 0) break;
  }
  const isAll = items.length !== most || (!atLeast && items.length >= total);
  return { items, total: Math.max(total, items.length), atLeast: atLeast && !isAll };
}

async function addPage(client: AdminClient, query: Query, most: number, items: KeyView[]): Promise<KeyPage> {
  const limit = most === 0 ? pageSize : Math.min(pageSize, most - items.length);
  const last = items.at(-1);
  // In order of names a page costs the same wherever it begins.
  const isByName = (query['sort'] ?? 'name') === 'name' && query['order'] !== 'desc';
  const start =
    isByName && last !== undefined
      ? { after: `${last.namespace}/${last.name}`, sort: undefined, order: undefined }
      : { offset: items.length };
  const page = await client.get<KeyPage>('/keys', { ...query, limit, ...start });
  items.push(...page.items);
  return page;
}

/** `name` is a name in any namespace, or `namespace/name`. Throws when there is none, or more than one. */
export async function findKey(
  client: AdminClient,
  name: string,
  namespace: string | undefined,
): Promise<KeyView> {
  const ref = splitName(name, namespace);
  // No namespace is before all others: those of this name come first.
  const page = { after: `/${ref.name}`, limit: sameName };
  const { items } = await client.get<KeyPage>('/keys', page);
  const found = items.filter(
    (key) => key.name === ref.name && (ref.namespace === undefined || key.namespace === ref.namespace),
  );
  if (found.length === 1) return found[0]!;
  const where = ref.namespace === undefined ? '' : ` in namespace ${ref.namespace}`;
  if (found.length === 0)
    throw new CliFailure(`no key is named "${ref.name}"${where}: \`tollgate keys list\` shows all`);
  const choices = found.map((key) => key.id).join(', ');
  throw new CliFailure(`several keys are named "${ref.name}" (${choices}): say which with --namespace`);
}

/** The VirtualKey that is to be changed; one whose namespace was given is not looked up first. */
export async function keyToChange(
  client: AdminClient,
  name: string,
  namespace: string | undefined,
): Promise<{ namespace: string; name: string }> {
  const ref = splitName(name, namespace);
  if (ref.namespace !== undefined) return { namespace: ref.namespace, name: ref.name };
  const key = await findKey(client, name, namespace);
  if (key.source !== 'VirtualKey')
    throw new CliFailure(`${key.id} is kept in a ${key.source}: change it there, with kubectl`);
  return key;
}

function splitName(name: string, namespace: string | undefined): { namespace?: string; name: string } {
  const slash = name.indexOf('/');
  if (slash > 0) return { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
