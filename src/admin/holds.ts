/** `/budgets/{namespace}/{name}/holds`: what calls under way hold of a budget, one by one, to see and to release. */
import { usdText } from '../core/budget/units.ts';
import { any, list, record, required, text } from '../core/resources/schema-builders.ts';
import type { Hold } from '../storage/accounts.ts';
import type { AdminContext } from './context.ts';
import { tollgateGroup } from './key-view.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';

const moment = (description: string) => text(description, { format: 'date-time' });

const holdSchema = record('A hold.', {
  id: required(text('Of the call, as in `/calls`; `lease:…` for what another process holds for its calls.')),
  key: text('Of the virtual key.'),
  group: required(text('As of the counter.')),
  reserved: required(any('Held. Dollars as decimal text, all others numbers.')),
  since: moment('Begin of the call.'),
  leaseUntil: moment('When it ends by itself. Absent: with the call, or with the process that makes it.'),
});

const holdsPath = '/budgets/{namespace}/{name}/holds';

export const holdRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: holdsPath,
    access: 'team',
    summary: 'What calls under way hold of a budget',
    answer: {
      status: 200,
      description: 'Holds',
      schema: record('Holds.', { items: required(list('Oldest first.', holdSchema)) }),
    },
    async serve({ context, path }) {
      const holds = await context.holds.list(budgetName(context, path));
      const items = [...holds].sort((a, b) => (a.sinceMs ?? 0) - (b.sinceMs ?? 0)).map(holdView);
      return { status: 200, json: { items } };
    },
  },
  {
    method: 'DELETE',
    path: `${holdsPath}/{id}`,
    access: 'team-change',
    summary: 'Release a hold: the call goes on, and is charged when it ends',
    answer: { status: 204, description: 'Released' },
    async serve({ context, path, audit }) {
      const { id = '' } = path;
      const budget = budgetName(context, path);
      if (!(await context.holds.release(budget, id))) throw notFound('such hold that can be released here');
      audit('holds.release', `Budget/${budget}`, { hold: id });
      return { status: 204 };
    },
  },
];

function holdView({ id, key, group, unit, amount, sinceMs, leaseUntilMs }: Hold) {
  return {
    id,
    ...(key === undefined ? {} : { key }),
    group,
    reserved: unit === 'usd' ? usdText(amount) : amount,
    ...(sinceMs === undefined ? {} : { since: new Date(sinceMs).toISOString() }),
    ...(leaseUntilMs === undefined ? {} : { leaseUntil: new Date(leaseUntilMs).toISOString() }),
  };
}

function budgetName(context: AdminContext, path: Readonly<Record<string, string>>): string {
  const { namespace = '', name = '' } = path;
  if (context.resources.get({ group: tollgateGroup, kind: 'Budget', namespace, name }) === undefined)
    throw notFound('such budget');
  return `${namespace}/${name}`;
}
