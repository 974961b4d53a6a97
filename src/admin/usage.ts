/** `/usage`: reports out of the ledger. */
import { flag, list, mapOf, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { noFigures } from '../storage/no-figures.ts';
import { ledgerOf } from './context.ts';
import { periodOf, reportUsage, usageAsCsv } from './reports.ts';
import type { Route } from './route.ts';

export const figuresFields = Object.fromEntries(
  Object.keys(noFigures).map((name) => [
    name,
    required(whole(name === 'costNano' ? 'Nano-dollars.' : 'How many.')),
  ]),
);

const moment = (description: string) => text(description, { format: 'date-time' });

/** Of usage, calls, overview and export alike. */
export const periodParameters = {
  from: moment('Begin of the period (RFC 3339).'),
  to: moment('End of the period, not included.'),
};

export const filterParameters = {
  ...periodParameters,
  key: text('Id of a key.'),
  user: text('Who called.'),
  model: text('Asked for or answering.'),
  provider: text('Provider.'),
  route: text('`namespace/name`.'),
  outcome: text('How calls ended.', { enum: ['ok', 'refused', 'failed'] }),
  search: text('Found anywhere in the record, in any case.'),
};

export const usageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/usage',
    access: 'team',
    summary: 'What was used, grouped and in buckets of time; `label.NAME=value` filters by a label',
    query: {
      ...filterParameters,
      groupBy: text('Any of user, key, model, provider, route, label:NAME; commas between.'),
      bucket: text('Length of a bucket.', { enum: ['hour', 'day', 'week', 'month'] }),
      timeZone: text('IANA name; default UTC.'),
      top: whole('With a bucket and one dimension: so many groups by name, all others as one row.', {
        minimum: 1,
        maximum: 50,
      }),
      figures: text('Figures of the rows, commas between; default all.'),
      sort: text(
        'Figure that rows are ordered by, or `group`: their names; default costNano. Without a bucket.',
        {
          enum: ['group', ...Object.keys(noFigures)],
        },
      ),
      named: text('Only groups with this text in a name, in any case; the total is theirs. Not with `top`.'),
      order: text('Default desc.', { enum: ['asc', 'desc'] }),
      limit: whole('Rows on the page; default and most 10,000. Without a bucket.', {
        minimum: 1,
        maximum: 10_000,
      }),
      offset: whole('Rows before the page; default 0.', { minimum: 0, maximum: 1_000_000_000 }),
      format: text('Default json.', { enum: ['json', 'csv'] }),
    },
    answer: {
      status: 200,
      description: 'Rows and their total',
      mediaTypes: ['text/csv'],
      schema: record('Usage.', {
        rows: required(
          list(
            'In the order of their bucket, then as `sort` says.',
            record('A row.', {
              group: required(mapOf('Dimension → value.', text('Value.'))),
              bucketStart: moment('Begin of the bucket.'),
              rest: flag('With `top`: of all other groups.'),
              ...Object.fromEntries(Object.keys(noFigures).map((name) => [name, whole('As in the total.')])),
            }),
          ),
        ),
        groups: whole('With `limit`: groups on all pages.'),
        total: required(record('Of all groups, or of those that are `named` so.', figuresFields)),
      }),
    },
    async serve({ context, query }) {
      const ledger = ledgerOf(context);
      if (query.get('format') !== 'csv') return { status: 200, json: await reportUsage(ledger, query) };
      const csv = await usageAsCsv(ledger, query);
      return { status: 200, text: csv, mediaType: 'text/csv; charset=utf-8', fileName: 'usage.csv' };
    },
  },
  {
    method: 'GET',
    path: '/usage/labels',
    access: 'team',
    summary:
      'Names of labels that usage can be grouped by: those that keys had whose calls are in the ledger',
    query: periodParameters,
    answer: {
      status: 200,
      description: 'Names',
      schema: record('Names of labels.', { items: required(list('In their order.', text('Name.'))) }),
    },
    serve: async ({ context, query }) => ({
      status: 200,
      json: { items: await ledgerOf(context).labelNames(periodOf(query)) },
    }),
  },
];
