/** Keys as the API takes and gives them. The fields of a VirtualKey are described where the resource is. */
import type { Schema } from '../core/resources/kind.ts';
import { flag, list, mapOf, open, record, required, text, whole } from '../core/resources/schema-builders.ts';
import { spec as keySpec } from '../core/resources/schemas/virtual-key.ts';

/** The registry makes namespaces on demand, so their form is checked here. */
export const namespaceOf = (description: string) =>
  text(description, { minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' });

const ofSpec = (name: string): Schema => keySpec.properties![name]!;

const labels = mapOf(
  'Team, department, cost centre, …: what budgets select and reports group by.',
  text('Value.'),
);

/** Fields that create and change have in common; the registry checks them as it does for kubectl. */
const fields = {
  owner: ofSpec('owner'),
  metadata: ofSpec('metadata'),
  labels,
  allowedModels: ofSpec('allowedModels'),
  allowedRoutes: ofSpec('allowedRoutes'),
  allowedCIDRs: ofSpec('allowedCIDRs'),
  limits: ofSpec('limits'),
  expiresAt: ofSpec('expiresAt'),
};

export const newKeySchema = record('A key to create.', {
  namespace: namespaceOf('Left out: that of the oldest Gateway.'),
  name: required(text('Name of the VirtualKey.', { minLength: 1, maxLength: 253 })),
  ...fields,
  disabled: ofSpec('disabled'),
  // Its rules are checked by hand: messages of the schema would quote it.
  value: text('Import: the value that the key has already.'),
  keyHash: text('Import: SHA-256 of the value, `sha256:` and 64 hexadecimal digits.'),
});

/** `null` takes a field away. */
export const keyChangeSchema = record('What is to change; fields left out stay.', {
  resourceVersion: text('Of the key that was read: a change in between is then refused (409).'),
  ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, nullable: true }])),
  disabled: flag('Refuses the key without deleting it.'),
});

const usageSchema = record('This calendar month, UTC.', {
  requests: required(whole('Calls.')),
  tokens: required(whole('Input and output.')),
  costNano: required(whole('Nano-dollars.')),
});

const keyFields = {
  id: required(text('`VirtualKey/ns/name`, or `Secret/ns/secret/entry`: as in the ledger.')),
  source: required(text('Where it is kept.', { enum: ['VirtualKey', 'Secret', 'ConfigMap'] })),
  namespace: required(text('Of the object that it is kept in.')),
  name: required(text('Name of the VirtualKey, or `secret/entry`.')),
  owner: text('Who holds it.'),
  display: text('What people recognise it by.'),
  status: required(
    text('Whether it opens anything.', { enum: ['active', 'disabled', 'expired', 'pending', 'invalid'] }),
  ),
  message: text('Why it is pending or invalid.'),
  metadata: required(open('What CEL sees as `apiKey`.')),
  labels: required(labels),
  allowedModels: required(list('Patterns; empty: all.', text('Pattern.'))),
  allowedRoutes: required(list('Routes; empty: all.', text('Route.'))),
  allowedCIDRs: required(list('Blocks; empty: all.', text('Block.'))),
  limits: required(ofSpec('limits')),
  expiresAt: text('When it stops working.', { format: 'date-time' }),
  createdAt: required(text('When it was created.', { format: 'date-time' })),
  lastUsedAt: text('When a call with it last began.', { format: 'date-time' }),
  resourceVersion: required(text('Changes with every write.')),
  editable: required(flag('Whether it can be changed here: VirtualKeys only.')),
};

export const keySchema = record('A virtual key, or a key in a Secret or ConfigMap.', {
  ...keyFields,
  usage: required(usageSchema),
});

export const issuedKeySchema = record('A key and its value.', {
  key: required(
    record('The key; its usage is absent while the ledger cannot be read.', {
      ...keyFields,
      usage: usageSchema,
    }),
  ),
  value: text('Shown this once; absent when it was imported.'),
});
