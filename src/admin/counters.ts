/** `/counters`: what is counted now, to see and to reset. */
import { list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';

const prefix = text('Begin of the counters’ names: `budget|ns/name|`, or a rate limit’s key.');

export const counterRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/counters',
    access: 'viewer',
    summary: 'Live counters',
    query: { prefix },
    answer: {
      status: 200,
      description: 'Counters',
      schema: record('Counters.', {
        counters: required(
          list(
            'Counters.',
            record('A counter.', {
              key: required(text('Its name.')),
              windowStart: required(whole('Unix seconds.')),
              windowSeconds: required(whole('Length of the window.')),
              value: required(whole('What was counted.')),
            }),
          ),
        ),
      }),
    },
    serve: async ({ context, query }) => ({
      status: 200,
      json: { counters: await context.counters.list(query.get('prefix') ?? '') },
    }),
  },
  {
    method: 'DELETE',
    path: '/counters',
    access: 'admin',
    summary: 'Set counters to zero',
    query: { prefix },
    answer: {
      status: 200,
      description: 'Done',
      schema: record('What was done.', { reset: required(whole('Counters set to zero.')) }),
    },
    async serve(call) {
      const name = call.query.get('prefix') ?? '';
      if (name === '') throw new Problem(400, 'prefix', 'name the counters to reset: ?prefix=…', 'prefix');
      const reset = await call.context.counters.reset(name);
      call.audit('counters.reset', name, { reset });
      return { status: 200, json: { reset } };
    },
  },
];
