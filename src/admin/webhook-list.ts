/** What is told of webhooks, and their list. URLs and signing keys are in neither. */
import { flag, list, record, required, text } from '../core/resources/schema-builders.ts';
import type { Delivered, Failed, WebhookStanding } from '../storage/webhooks.ts';
import type { Listing } from './listing.ts';

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

export interface Destination {
  /** Of the Secret. */
  namespace: string;
  name: string;
  budgets: { name: string; atPercent: number[] }[];
}

type Webhook = Destination & WebhookStanding;

const columns = {
  name: ({ name }: Webhook) => name,
  namespace: ({ namespace }: Webhook) => namespace,
  origin: ({ origin }: Webhook) => origin,
  lastDelivered: ({ lastDelivered }: Webhook) => momentOf(lastDelivered),
  lastFailed: ({ lastFailed }: Webhook) => momentOf(lastFailed),
};

export const webhookListing: Listing<Webhook> = {
  fileName: 'webhooks',
  item: webhookSchema,
  textsOf: ({ namespace, name, origin, budgets }) => [
    namespace,
    name,
    origin,
    ...budgets.map(({ name: budget }) => budget),
  ],
  filters: {
    standing: {
      schema: text('`failing`: its Secret is faulty, or the last message was not taken.', {
        enum: ['ok', 'failing'],
      }),
      lets: (webhook, wanted) => (isFailing(webhook) ? 'failing' : 'ok') === wanted,
    },
  },
  sorts: columns,
  columns: {
    ...columns,
    format: ({ format }) => format,
    signed: ({ signed }) => String(signed),
    budgets: ({ budgets }) =>
      budgets.map(({ name, atPercent }) => `${name} ${atPercent.join('/')}`).join('|'),
    fault: ({ fault, lastFailed }) => fault ?? lastFailed?.fault,
  },
  shown,
};

function isFailing({ fault, lastDelivered, lastFailed }: WebhookStanding): boolean {
  return fault !== undefined || (lastFailed !== undefined && lastFailed.atMs >= (lastDelivered?.atMs ?? 0));
}

function momentOf(delivery: Delivered | undefined): string | undefined {
  return delivery && new Date(delivery.atMs).toISOString();
}

function shown({ lastDelivered, lastFailed, ...rest }: Webhook): object {
  return {
    ...rest,
    ...(lastDelivered && { lastDelivered: deliveryOf(lastDelivered) }),
    ...(lastFailed && { lastFailed: deliveryOf(lastFailed) }),
  };
}

function deliveryOf({ atMs, ...rest }: Delivered | Failed): object {
  return { at: new Date(atMs).toISOString(), ...rest };
}
