/** `/keys/{namespace}/{name}/budgets`: what one key draws on, as its holder sees it at `/me`. */
import { list, record, required, text } from '../core/resources/schema-builders.ts';
import { counterSchema } from './budgets.ts';
import { allKeys } from './key-view.ts';
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
    const { namespace, name } = path;
    const key = allKeys(context).find((one) => one.namespace === namespace && one.name === name);
    if (key === undefined) throw notFound('such key');
    const sets = Object.values(context.inForce().keySets);
    const inForce = sets.flatMap(({ keys }) => keys).find(({ id }) => id === key.id);
    return { status: 200, json: { items: inForce === undefined ? [] : await countersOf(context, inForce) } };
  },
};
