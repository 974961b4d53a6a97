/** `/budgets/{namespace}/{name}/holds`: what calls under way hold of a budget, one by one, to see and to release. */
import { usdText } from '../core/budget/units.ts';
import { any, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { Hold } from '../storage/accounts.ts';
import type { AdminContext } from './context.ts';
import { tollgateGroup } from './key-view.ts';
import { answerList, type Listing, listAnswer, listParameters } from './listing.ts';
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

const minAge = whole('Only of calls that began so many seconds ago, or longer.', {
  minimum: 0,
  maximum: 1_000_000_000,
});

const columns = {
  since: ({ sinceMs }: Hold) => momentText(sinceMs),
  id: ({ id }: Hold) => id,
  key: ({ key }: Hold) => key,
  group: ({ group }: Hold) => group,
  reserved: ({ unit, amount }: Hold) => (unit === 'usd' ? usdText(amount) : amount),
  leaseUntil: ({ leaseUntilMs }: Hold) => momentText(leaseUntilMs),
};

const listing: Listing<Hold> = {
  fileName: 'holds',
  item: holdSchema,
  textsOf: ({ id, key, group }) => [id, key, group],
  filters: {
    key: {
      schema: text('Found in the key’s id, in any case.'),
      lets: ({ key = '' }, wanted) => key.toLowerCase().includes(wanted.toLowerCase()),
    },
  },
  sorts: { since: columns.since, key: columns.key, group: columns.group, reserved: ({ amount }) => amount },
  columns,
  shown: holdView,
};

const holdsPath = '/budgets/{namespace}/{name}/holds';

export const holdRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: holdsPath,
    access: 'team',
    summary: 'What calls under way hold of a budget',
    query: { ...listParameters(listing), minAge },
    answer: listAnswer(listing),
    async serve({ context, path, query }) {
      const held = await context.holds.list(budgetName(context, path));
      const age = query.get('minAge');
      const latest = age === null ? Number.POSITIVE_INFINITY : context.nowMs() - Number(age) * 1000;
      const holds = age === null ? held : held.filter(({ sinceMs }) => (sinceMs ?? latest + 1) <= latest);
      return answerList(listing, holds, query);
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

function momentText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function holdView(hold: Hold): object {
  const { id, key, group } = hold;
  const [since, leaseUntil] = [columns.since(hold), columns.leaseUntil(hold)];
  return {
    id,
    ...(key !== undefined && { key }),
    group,
    reserved: columns.reserved(hold),
    ...(since !== undefined && { since }),
    ...(leaseUntil !== undefined && { leaseUntil }),
  };
}

function budgetName(context: AdminContext, path: Readonly<Record<string, string>>): string {
  const { namespace = '', name = '' } = path;
  if (context.resources.get({ group: tollgateGroup, kind: 'Budget', namespace, name }) === undefined)
    throw notFound('such budget');
  return `${namespace}/${name}`;
}
