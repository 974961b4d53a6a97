/** `/audit`: who changed what, through this API and through the Kubernetes-style one. */
import { any, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { Problem } from './problem.ts';
import { periodOf } from './reports.ts';
import type { Call, Route } from './route.ts';
import { periodParameters } from './usage.ts';

const entrySchema = record('A change.', {
  id: required(text('Names it; for `before`.')),
  time: required(text('When.', { format: 'date-time' })),
  actor: required(
    text('Name of the admin token (`admin`: that of the data directory), or `kubeconfig (kubectl)`.'),
  ),
  role: required(text('Of the actor.')),
  action: required(text('`create`, `update`, `delete`, or as this API calls it: `keys.rotate`.')),
  object: required(text('`Kind/namespace/name`, `Token/name`, or begin of counters’ names.')),
  changes: required(
    list(
      'Field by field, 100 at most. Secrets and hashes of keys are `(hidden)`.',
      record('One field.', {
        field: required(text('`spec.limit.tokens`.')),
        from: any('Absent: there was nothing.'),
        to: any('Absent: there is nothing any more.'),
      }),
    ),
  ),
});

export const auditRoute: Route = {
  method: 'GET',
  path: '/audit',
  access: 'viewer',
  summary: 'Changes, newest first',
  query: {
    object: text('Begin of the object’s name: `Budget/`, `VirtualKey/ns/name`.'),
    actor: text('Who, with or without what stands in brackets.'),
    ...periodParameters,
    limit: whole('Entries on the page; default 100.', { minimum: 1, maximum: 1_000 }),
    before: whole('`next` of the page before.', { minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  },
  answer: {
    status: 200,
    description: 'One page',
    schema: record('A page of changes.', {
      items: required(list('Changes.', entrySchema)),
      next: text('For `before` of the next page; absent on the last one.'),
    }),
  },
  async serve({ context: { auditLog }, query }: Call) {
    if (auditLog === undefined) throw new Problem(503, 'no_audit', 'this gateway keeps no audit log');
    const object = query.get('object');
    const actor = query.get('actor');
    const before = query.get('before');
    const { entries, next } = await auditLog.search(
      { ...(object && { object }), ...(actor && { actor }), ...periodOf(query) },
      { limit: Number(query.get('limit') ?? 100), ...(before !== null && { before: Number(before) }) },
    );
    const items = entries.map(({ id, atMs, ...rest }) => ({
      id: String(id),
      time: new Date(atMs).toISOString(),
      ...rest,
    }));
    return { status: 200, json: { items, ...(next !== undefined && { next: String(next) }) } };
  },
};
