/** `/budgets`: list, create, show, change, delete. */
import type { KubeObject } from '../core/resources/object.ts';
import { any, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { spec as budgetSpec } from '../core/resources/schemas/budget.ts';
import { budgetsAsCsv } from './budget-export.ts';
import { budgetOrdering } from './budget-order.ts';
import { allBudgets, budgetView, standingsNow } from './budget-view.ts';
import type { AdminContext } from './context.ts';
import { holdRoutes } from './holds.ts';
import { defaultNamespace } from './key-object.ts';
import { namespaceOf } from './key-schemas.ts';
import { tollgateGroup } from './key-view.ts';
import { cutPage, findIn, orderParameters } from './listing.ts';
import { notFound } from './problem.ts';
import { refuseFaults } from './proposed-budget.ts';
import type { Call, Route } from './route.ts';

const amount = (description: string) => any(`${description} Dollars as decimal text, all others numbers.`);

export const counterSchema = record('A counter.', {
  group: required(text('Values of `groupBy`, `|` between; empty when all share one.')),
  limit: required(amount('In force.')),
  used: required(amount('In the window.')),
  reserved: required(amount('Held by calls under way.')),
  remaining: required(amount('Left.')),
  resetsAt: text('End of the window.', { format: 'date-time' }),
});

const budgetSchema = record('A budget and how it stands.', {
  namespace: required(text('Of the Budget.')),
  name: required(text('Of the Budget.')),
  spec: required(budgetSpec),
  status: required(text('`invalid` refuses every call through its Gateways.', { enum: ['ok', 'invalid'] })),
  message: text('What is wrong, or which models a dollar budget has no price for.'),
  counters: required(list('Fullest first, 100 at most.', counterSchema)),
  unit: required(text('What is counted.')),
  resourceVersion: required(text('Changes with every write.')),
  forecast: record('If it goes on like this, of the fullest counter.', {
    runsOutAt: text('Absent when it lasts until it resets.', { format: 'date-time' }),
    perDay: required({ type: 'number', description: 'In the unit; dollars for `usd`.' }),
  }),
});

const onePath = '/budgets/{namespace}/{name}';

export const budgetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/budgets',
    access: 'team',
    summary: 'Budgets and how they stand',
    query: {
      ...orderParameters(budgetOrdering),
      format: text('Default json; `csv`: a row for each counter.', { enum: ['json', 'csv'] }),
    },
    answer: {
      status: 200,
      description: 'One page',
      mediaTypes: ['text/csv'],
      schema: record('Budgets.', {
        items: required(list('Budgets.', budgetSchema)),
        total: required(whole('On all pages.')),
      }),
    },
    async serve({ context, query }) {
      const found = findIn(budgetOrdering, await allBudgets(context), query);
      if (query.get('format') !== 'csv')
        return { status: 200, json: { items: cutPage(found, query), total: found.length } };
      const csv = budgetsAsCsv(found);
      return { status: 200, text: csv, mediaType: 'text/csv; charset=utf-8', fileName: 'budgets.csv' };
    },
  },
  {
    method: 'POST',
    path: '/budgets',
    access: 'team-change',
    summary: 'Create a budget',
    body: record('A budget to create.', {
      namespace: namespaceOf('Left out: that of the oldest Gateway.'),
      name: required(text('Name of the Budget.', { minLength: 1, maxLength: 253 })),
      spec: required(budgetSpec),
    }),
    answer: { status: 201, description: 'Created', schema: budgetSchema },
    serve: createBudget,
  },
  {
    method: 'GET',
    path: onePath,
    access: 'team',
    summary: 'One budget',
    answer: { status: 200, description: 'The budget', schema: budgetSchema },
    serve: async ({ context, path }) => ({
      status: 200,
      json: await shown(context, liveBudget(context, path)),
    }),
  },
  {
    method: 'PUT',
    path: onePath,
    access: 'team-change',
    summary: 'Replace what a budget says',
    body: record('What it shall be.', {
      spec: required(budgetSpec),
      resourceVersion: text('Of the budget that was read: a change in between is then refused (409).'),
    }),
    answer: { status: 200, description: 'Changed', schema: budgetSchema },
    serve: replaceBudget,
  },
  {
    method: 'DELETE',
    path: onePath,
    access: 'team-change',
    summary: 'Delete a budget: it limits nobody any more',
    answer: { status: 204, description: 'Deleted' },
    serve: deleteBudget,
  },
  ...holdRoutes,
];

async function createBudget(call: Call) {
  const { context } = call;
  const { namespace, name, spec } = call.body as { namespace?: string; name: string; spec: object };
  const object: KubeObject = {
    apiVersion: `${tollgateGroup}/v1alpha1`,
    kind: 'Budget',
    metadata: { name, namespace: namespace ?? defaultNamespace(context) },
    spec,
  };
  refuseFaults(await context.resources.create(object, { dryRun: true }));
  const created = await context.resources.create(object);
  call.audit('budgets.create', idOf(created));
  await context.settled();
  return { status: 201, json: await shown(context, liveBudget(context, created.metadata)) };
}

async function replaceBudget(call: Call) {
  const { context, path } = call;
  const { spec, resourceVersion } = call.body as { spec: object; resourceVersion?: string };
  const live = liveBudget(context, path);
  const metadata = { ...live.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  const object = { ...live, metadata, spec };
  refuseFaults(await context.resources.update(object, { dryRun: true }));
  await context.resources.update(object);
  call.audit('budgets.replace', idOf(live));
  await context.settled();
  return { status: 200, json: await shown(context, liveBudget(context, path)) };
}

async function deleteBudget(call: Call) {
  const { context, path } = call;
  const live = liveBudget(context, path);
  const { namespace, name } = live.metadata;
  await context.resources.delete({ group: tollgateGroup, kind: 'Budget', namespace: namespace!, name });
  call.audit('budgets.delete', idOf(live));
  await context.settled();
  return { status: 204 };
}

async function shown(context: AdminContext, object: KubeObject) {
  return budgetView(context, object, await standingsNow(context, context.inForce().budgets));
}

function liveBudget(context: AdminContext, path: { namespace?: string; name?: string }): KubeObject {
  const { namespace = '', name = '' } = path;
  const live = context.resources.get({ group: tollgateGroup, kind: 'Budget', namespace, name });
  if (live === undefined) throw notFound('such budget');
  return live;
}

function idOf({ metadata }: KubeObject): string {
  return `Budget/${metadata.namespace}/${metadata.name}`;
}
