/** `/audit`: who changed what, through this API and through the Kubernetes-style one. */
import { any, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { type Cell, csvLines } from '../core/text/csv.ts';
import type { AuditEntry, AuditFilter, AuditOrder } from '../storage/audit-log.ts';
import { type FileFormat, streamPages } from './page-stream.ts';
import { Problem } from './problem.ts';
import { periodOf } from './reports.ts';
import type { Answer, Call, Route } from './route.ts';
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

type Entry = ReturnType<typeof shown>;

const fileColumns = ['id', 'time', 'actor', 'role', 'action', 'object', 'changes'] as const;
/** Entries read at once for a file. */
const filePage = 1_000;

const formats: Readonly<Record<string, FileFormat<Entry>>> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    fileName: 'audit.csv',
    head: csvLines([fileColumns]),
    lines: (entries) => csvLines(entries.map(cellsOf)),
  },
  jsonl: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    fileName: 'audit.jsonl',
    head: '',
    lines: (entries) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  },
};

export const auditRoute: Route = {
  method: 'GET',
  path: '/audit',
  access: 'viewer',
  summary: 'Changes, newest first',
  query: {
    object: text('Begin of the object’s name: `Budget/`, `VirtualKey/ns/name`.'),
    actor: text('Who, with or without what stands in brackets.'),
    action: text('Begin of what was done: `keys.`, `keys.rotate`.'),
    ...periodParameters,
    limit: whole('Entries on the page; default 100.', { minimum: 1, maximum: 1_000 }),
    before: whole('`next` of the page before, in the same order.', {
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
    sort: text('Default time.', { enum: ['time', 'actor', 'action', 'object'] }),
    order: text('Default desc.', { enum: ['asc', 'desc'] }),
    format: text('Default json; csv and jsonl have all pages.', { enum: ['json', ...Object.keys(formats)] }),
  },
  answer: {
    status: 200,
    description: 'One page',
    mediaTypes: ['text/csv', 'application/x-ndjson'],
    schema: record('A page of changes.', {
      items: required(list('Changes.', entrySchema)),
      next: text('For `before` of the next page; absent on the last one.'),
    }),
  },
  async serve({ context: { auditLog }, query }: Call): Promise<Answer> {
    if (auditLog === undefined) throw new Problem(503, 'no_audit', 'this gateway keeps no audit log');
    const filter = filterOf(query);
    const order: AuditOrder = {
      by: (query.get('sort') ?? 'time') as AuditOrder['by'],
      ascending: query.get('order') === 'asc',
    };
    const read = async (limit: number, before: number | undefined) => {
      const page = { limit, order, ...(before !== undefined && { before }) };
      const { entries, next } = await auditLog.search(filter, page);
      return { items: entries.map(shown), ...(next !== undefined && { next }) };
    };
    const format = formats[query.get('format') ?? 'json'];
    if (format !== undefined)
      return {
        stream: (response) =>
          streamPages(response, format, (before: number | undefined) => read(filePage, before)),
      };
    const { items, next } = await read(Number(query.get('limit') ?? 100), numberOf(query.get('before')));
    return { status: 200, json: { items, ...(next !== undefined && { next: String(next) }) } };
  },
};

function filterOf(query: URLSearchParams): AuditFilter {
  const given = ['object', 'actor', 'action'].flatMap((name) => {
    const value = query.get(name);
    return value ? [[name, value]] : [];
  });
  return { ...Object.fromEntries(given), ...periodOf(query) };
}

function numberOf(value: string | null): number | undefined {
  return value === null ? undefined : Number(value);
}

function shown({ id, atMs, ...rest }: AuditEntry) {
  return { id: String(id), time: new Date(atMs).toISOString(), ...rest };
}

function cellsOf({ changes, ...entry }: Entry): Cell[] {
  return fileColumns.map((name) => (name === 'changes' ? JSON.stringify(changes) : entry[name]));
}
