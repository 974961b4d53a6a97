/** `/webhooks`: where budgets' alerts are sent, how the last delivery went, and a test. URLs and signing keys are never in it. */
import type { Budget } from '../core/budget/model.ts';
import { flag, list, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { Delivered, Failed, Webhooks } from '../storage/webhooks.ts';
import type { AdminContext } from './context.ts';
import { notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const deliveryFields = {
  at: required(text('When.', { format: 'date-time' })),
  budget: text('`namespace/name` of the budget that it told of; absent for a test.'),
};

const webhookSchema = record('A webhook that budgets in force name.', {
  namespace: required(text('Of the Secret.')),
  name: required(text('Of the Secret.')),
  origin: text('Scheme, host and port; path and query may carry a credential and stay here.'),
  format: text('Of what is sent.', { enum: ['json', 'slack'] }),
  signed: required(flag('Whether it has a signing key.')),
  fault: text('What is wrong with its Secret: nothing can be sent.'),
  budgets: required(
    list(
      'Who sends to it.',
      record('A budget.', {
        name: required(text('Of the Budget.')),
        atPercent: required(list('Thresholds, rising.', { type: 'number', description: 'Per cent.' })),
      }),
    ),
  ),
  lastDelivered: record('The last message that was taken.', deliveryFields),
  lastFailed: record('The last one that was not.', {
    ...deliveryFields,
    fault: required(text('Why.')),
  }),
});

export const webhookRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/webhooks',
    access: 'admin',
    summary: 'Where alerts of the budgets in force are sent',
    answer: {
      status: 200,
      description: 'All of them',
      schema: record('Webhooks.', { items: required(list('By namespace and name.', webhookSchema)) }),
    },
    serve({ context }) {
      const webhooks = webhooksOf(context);
      const items = destinationsOf(context.inForce().budgets).map((found) => ({
        ...found,
        ...shown(webhooks, found.namespace, found.name),
      }));
      return { status: 200, json: { items } };
    },
  },
  {
    method: 'POST',
    path: '/webhooks/{namespace}/{name}/test',
    access: 'admin',
    summary: 'Send a signed message that says it is a test',
    answer: {
      status: 200,
      description: 'How it went',
      schema: record('What the receiver did; its answer’s body is not looked at.', {
        delivered: required(flag('Whether it was taken.')),
        status: whole('Of HTTP; absent where there was no answer.'),
        fault: text('Why it was not taken.'),
        durationMs: required(whole('Milliseconds that it took.')),
      }),
    },
    serve: testWebhook,
  },
];

/** Only what budgets name: a test must not become a way to send to whatever a Secret says. */
async function testWebhook(call: Call) {
  const { context, path } = call;
  const { namespace = '', name = '' } = path;
  const webhooks = webhooksOf(context);
  const known = destinationsOf(context.inForce().budgets);
  if (!known.some((one) => one.namespace === namespace && one.name === name))
    throw notFound('budget in force that sends to such a webhook');
  const outcome = await webhooks.test(namespace, name);
  const { delivered, status, fault } = outcome;
  const told = { delivered, ...(status !== undefined && { status }), ...(fault !== undefined && { fault }) };
  call.audit('webhooks.test', `Webhook/${namespace}/${name}`, told);
  return { status: 200, json: outcome };
}

function webhooksOf({ webhooks }: AdminContext): Webhooks {
  if (webhooks === undefined) throw new Problem(503, 'no_alerts', 'this gateway sends no alerts');
  return webhooks;
}

interface Destination {
  namespace: string;
  name: string;
  budgets: { name: string; atPercent: number[] }[];
}

function destinationsOf(budgets: readonly Budget[]): Destination[] {
  const found = new Map<string, Destination>();
  for (const { name: full, alerts } of budgets) {
    const [namespace = '', budget = ''] = full.split('/');
    for (const [name, own] of Map.groupBy(alerts, ({ webhook }) => webhook)) {
      const id = `${namespace}/${name}`;
      const destination = found.get(id) ?? { namespace, name, budgets: [] };
      const atPercent = own.map((alert) => alert.atPercent).sort((a, b) => a - b);
      destination.budgets.push({ name: budget, atPercent });
      found.set(id, destination);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, destination]) => destination);
}

function shown(webhooks: Webhooks, namespace: string, name: string): object {
  const { lastDelivered, lastFailed, ...rest } = webhooks.standing(namespace, name);
  return {
    ...rest,
    ...(lastDelivered && { lastDelivered: deliveryOf(lastDelivered) }),
    ...(lastFailed && { lastFailed: deliveryOf(lastFailed) }),
  };
}

function deliveryOf({ atMs, ...rest }: Delivered | Failed): object {
  return { at: new Date(atMs).toISOString(), ...rest };
}
