/** `/webhooks`: where budgets' alerts are sent, how the last delivery went, and a test. URLs and signing keys are never in it. */
import type { Budget } from '../core/budget/model.ts';
import { flag, record, required, text, whole } from '../core/resources/schema-builders.ts';
import type { Webhooks } from '../storage/webhooks.ts';
import type { AdminContext } from './context.ts';
import { answerList, listAnswer, listParameters } from './listing.ts';
import { notFound, Problem } from './problem.ts';
import type { Call, Route } from './route.ts';
import { type Destination, webhookListing } from './webhook-list.ts';

export const webhookRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/webhooks',
    access: 'admin',
    summary: 'Where alerts of the budgets in force are sent',
    query: listParameters(webhookListing),
    answer: listAnswer(webhookListing),
    serve({ context, query }) {
      const webhooks = webhooksOf(context);
      const items = destinationsOf(context.inForce().budgets).map((found) => ({
        ...found,
        ...webhooks.standing(found.namespace, found.name),
      }));
      return answerList(webhookListing, items, query);
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
