/** Keys by pages, and one key by the name that a person gave. */
import type { KeyView } from '../admin-api.ts';
import type { AdminClient, Query } from '../admin-client.ts';
import { CliFailure } from '../failure.ts';

const pageSize = 100;

/** All that match, in the order of the API; `most` 0 is no bound. `total` is how many there are. */
export async function listKeys(
  client: AdminClient,
  query: Query,
  most = 0,
): Promise<{ items: KeyView[]; total: number }> {
  const items: KeyView[] = [];
  for (;;) {
    const limit = most === 0 ? pageSize : Math.min(pageSize, most - items.length);
    const page = await client.get<{ items: KeyView[]; total: number }>('/keys', {
      ...query,
      limit,
      offset: items.length,
    });
    items.push(...page.items);
    const complete = page.items.length === 0 || items.length >= page.total;
    if (complete || items.length === most) return { items, total: page.total };
  }
}

/** `name` is a name in any namespace, or `namespace/name`. Throws when there is none, or more than one. */
export async function findKey(
  client: AdminClient,
  name: string,
  namespace: string | undefined,
): Promise<KeyView> {
  const ref = splitName(name, namespace);
  const { items } = await listKeys(client, { search: ref.name });
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
