/** `/calls/export`: the ledger as a file, however long it is: CSV, JSON lines, or FOCUS for cost tools. */
import type { ServerResponse } from 'node:http';
import { tokenKinds, tokensByKind } from '../core/llm/usage-kinds.ts';
import { outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import { text } from '../core/resources/schema-builders.ts';
import { type Cell, csvLines } from '../core/text/csv.ts';
import type { LedgerFilter, LedgerStore } from '../storage/ledger.ts';
import { ledgerOf } from './context.ts';
import { focusColumns, focusRows } from './focus.ts';
import { filterOf } from './reports.ts';
import type { Route } from './route.ts';
import { filterParameters } from './usage.ts';

const pageSize = 1_000;

interface Format {
  mediaType: string;
  fileName: string;
  head: string;
  lines(records: readonly RequestRecord[]): string;
}

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

const formats: Readonly<Record<string, Format>> = {
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
    return { stream: (response) => send(response, ledger, filter, format) };
  },
};

/** Page by page, and no faster than it is read: the whole ledger is never in memory. */
async function send(
  response: ServerResponse,
  ledger: LedgerStore,
  filter: LedgerFilter,
  format: Format,
): Promise<void> {
  response.writeHead(200, {
    'content-type': format.mediaType,
    'content-disposition': `attachment; filename="${format.fileName}"`,
  });
  response.write(format.head);
  let before: string | undefined;
  do {
    const page = await ledger.search(filter, {
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    if (!response.write(format.lines(page.records))) await drained(response);
    before = page.next;
  } while (before !== undefined && !response.destroyed);
  response.end();
}

/** Resolves too when the reader has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
    if (response.destroyed) done();
  });
}

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
