/** `GET /keys`: a page of keys, or the page behind a key. */
import { flag, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { KeyOrder } from '../storage/key-directory.ts';
import { listKeys, listKeysAfter } from './key-list.ts';
import { keySchema } from './key-schemas.ts';
import { type KeyUsageReader, withUsage } from './key-usage.ts';
import type { KeyView } from './key-view.ts';
import { limitOf, offsetOf, pageParameters } from './page.ts';
import type { Call, Route } from './route.ts';

const statuses = ['active', 'disabled', 'expired', 'pending', 'invalid'];

export function keyListRoute(usage: KeyUsageReader): Route {
  return {
    method: 'GET',
    path: '/keys',
    access: 'team',
    summary: 'Keys of every kind, with what they used this month',
    query: {
      search: text('Found in name, namespace, owner, display, labels and metadata, in any case.'),
      status: text('Only these.', { enum: statuses }),
      sort: text('Default: name.', { enum: ['name', 'owner', 'spend', 'lastUsedAt'] }),
      order: text('Default: asc.', { enum: ['asc', 'desc'] }),
      ...pageParameters,
      after: text('`namespace/name` of the last key of the page before, in order of names: for reading all.'),
    },
    answer: {
      status: 200,
      description: 'One page',
      schema: record('A page of keys.', {
        items: required(list('Keys.', keySchema)),
        total: whole('Keys on all pages; not told of a page that begins with `after`.'),
        atLeast: flag('There are more than `total`: so many that nobody has counted them.'),
      }),
    },
    serve: (call) => answerPage(call, usage),
  };
}

async function answerPage({ context, query }: Call, usage: KeyUsageReader) {
  const withUsages = async (keys: readonly KeyView[]) => {
    const usages = await usage.ofKeys(keys.map(({ id }) => id));
    return keys.map((view) => withUsage(view, usages));
  };
  const search = (query.get('search') ?? '').toLowerCase();
  const status = query.get('status') as KeyView['status'] | null;
  const filter = { ...(search !== '' && { search }), ...(status !== null && { status }) };
  const limit = limitOf(query);
  const after = query.get('after');
  if (after !== null) {
    const [namespace = '', ...name] = after.split('/');
    const keys = listKeysAfter(context, filter, { namespace, name: name.join('/') }, limit);
    return { status: 200, json: { items: await withUsages(keys) } };
  }
  const by = (query.get('sort') ?? 'name') as KeyOrder['by'];
  const ranks = by === 'spend' || by === 'lastUsedAt' ? await usage.ranks(by) : undefined;
  const order = {
    by,
    descending: query.get('order') === 'desc',
    ...(ranks && { ranks }),
  };
  const { items, ...page } = listKeys(context, filter, order, { offset: offsetOf(query), limit });
  return { status: 200, json: { items: await withUsages(items), ...page } };
}
