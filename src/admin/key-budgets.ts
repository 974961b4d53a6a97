/** `/keys/{namespace}/{name}/budgets`: what one key draws on, as its holder sees it at `/me`. */
import { list, record, required, text } from '../core/resources/schema-builders.ts';
import { counterSchema } from './budgets.ts';
import { findView } from './key-view.ts';
import { entryOfView } from './keys-in-force.ts';
import { countersOf } from './me.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';

export const keyBudgetsRoute: Route = {
  method: 'GET',
  path: '/keys/{namespace}/{name}/budgets',
  access: 'team',
  summary: 'Counters that a key draws on; none while the key is not in force',
  answer: {
    status: 200,
    description: 'Its counters',
    schema: record('Counters.', {
      items: required(
        list(
          'Of budgets that depend on the key alone.',
          record('A counter of a budget.', {
            name: required(text('`namespace/name`, or the limit of the key itself.')),
            unit: required(text('What is counted.')),
            ...counterSchema.properties,
          }),
        ),
      ),
    }),
  },
  async serve({ context, path }) {
    const { namespace = '', name = '' } = path;
    const key = findView(context, namespace, name);
    if (key === undefined) throw notFound('such key');
    const inForce = entryOfView(context, key);
    return { status: 200, json: { items: inForce === undefined ? [] : await countersOf(context, inForce) } };
  },
};
