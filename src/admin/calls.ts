/** `/calls`: the ledger, call by call. */
import { list, open, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { ledgerOf } from './context.ts';
import { notFound } from './problem.ts';
import { listCalls } from './reports.ts';
import type { Route } from './route.ts';
import { filterParameters } from './usage.ts';

const callSchema = open('A record of the ledger: who called what, how it ended, what was used and charged.');

export const callRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/calls',
    access: 'team',
    summary: 'Calls, in any order; `label.NAME=value` filters by a label',
    query: {
      ...filterParameters,
      limit: whole('Calls on the page; default 100.', { minimum: 1, maximum: 1_000 }),
      before: text('`next` of the page before, in the same order.'),
      sort: text('Default time.', { enum: ['time', 'cost', 'tokens', 'duration'] }),
      order: text('Default desc: newest, dearest, most and slowest first.', { enum: ['asc', 'desc'] }),
    },
    answer: {
      status: 200,
      description: 'One page',
      schema: record('A page of calls.', {
        items: required(list('Calls.', callSchema)),
        next: text('For `before` of the next page; absent on the last one.'),
      }),
    },
    serve: async ({ context, query }) => ({ status: 200, json: await listCalls(ledgerOf(context), query) }),
  },
  {
    method: 'GET',
    path: '/calls/{id}',
    access: 'team',
    summary: 'One call',
    answer: { status: 200, description: 'The call', schema: callSchema },
    async serve({ context, path }) {
      const call = await ledgerOf(context).get(path['id']!);
      if (call === undefined) throw notFound('such call');
      return { status: 200, json: call };
    },
  },
];
