/** `/calls/export`: the ledger as a file, however long it is: CSV, JSON lines, or FOCUS for cost tools. */
import { tokenKinds, tokensByKind } from '../core/llm/usage-kinds.ts';
import { outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import { text } from '../core/resources/schema-builders.ts';
import { type Cell, csvLines } from '../core/text/csv.ts';
import { ledgerOf } from './context.ts';
import { focusColumns, focusRows } from './focus.ts';
import { type FileFormat, streamPages } from './page-stream.ts';
import { filterOf } from './reports.ts';
import type { Route } from './route.ts';
import { filterParameters } from './usage.ts';

const pageSize = 1_000;

const csvColumns = [
  'id',
  'startedAt',
  'durationMs',
  'outcome',
  'status',
  'key',
  'user',
  'labels',
  'route',
  'provider',
  'requestModel',
  'responseModel',
  ...tokenKinds,
  'serviceTier',
  'estimated',
  'costUsd',
  'error',
];

const formats: Readonly<Record<string, FileFormat<RequestRecord>>> = {
  csv: {
    mediaType: 'text/csv; charset=utf-8',
    fileName: 'calls.csv',
    head: csvLines([csvColumns]),
    lines: (records) => csvLines(records.map(csvRow)),
  },
  jsonl: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    fileName: 'calls.jsonl',
    head: '',
    lines: (records) => records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  },
  focus: {
    mediaType: 'text/csv; charset=utf-8',
    fileName: 'calls-focus.csv',
    head: csvLines([focusColumns]),
    lines: (records) => csvLines(records.flatMap(focusRows)),
  },
};

export const callExportRoute: Route = {
  method: 'GET',
  path: '/calls/export',
  access: 'team',
  summary: 'Calls as a file, newest first; `label.NAME=value` filters by a label',
  query: { ...filterParameters, format: text('Default csv.', { enum: Object.keys(formats) }) },
  answer: { status: 200, description: 'A file', mediaTypes: ['text/csv', 'application/x-ndjson'] },
  serve({ context, query }) {
    const ledger = ledgerOf(context);
    const filter = filterOf(query);
    const format = formats[query.get('format') ?? 'csv']!;
    return {
      stream: (response) =>
        streamPages(response, format, async (before: string | undefined) => {
          const page = { limit: pageSize, ...(before !== undefined && { before }) };
          const { records, next } = await ledger.search(filter, page);
          return { items: records, ...(next !== undefined && { next }) };
        }),
    };
  },
};

function csvRow(record: RequestRecord): Cell[] {
  const { id, startedAtMs, durationMs, status, key, route, llm, error } = record;
  const usage = llm?.usage;
  const kinds = usage === undefined ? undefined : tokensByKind(usage);
  return [
    id,
    new Date(startedAtMs).toISOString(),
    durationMs,
    outcomeOf(record),
    status,
    key?.id,
    key?.user,
    key === undefined ? undefined : JSON.stringify(key.labels),
    route,
    llm?.provider,
    llm?.requestModel,
    llm?.responseModel,
    ...tokenKinds.map((kind) => kinds?.[kind]),
    usage?.serviceTier,
    usage === undefined ? undefined : String(usage.estimated),
    llm?.costNano === undefined ? undefined : (llm.costNano / 1e9).toFixed(9),
    error,
  ];
}
