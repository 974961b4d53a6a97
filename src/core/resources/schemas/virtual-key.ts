/** VirtualKey: schema of its spec and status. */
import { flag, list, open, record, required, text, whole } from '../schema-builders.ts';
import { conditionList, targetRefs } from './tollgate-common.ts';

const hash = (description: string) => text(description, { pattern: '^sha256:[0-9a-f]{64}$', maxLength: 71 });

export const spec = record(
  'Who holds the key and what it opens.',
  {
    owner: text('Person or program that holds the key: the name in reports and logs.', {
      minLength: 1,
      maxLength: 253,
    }),
    metadata: open('What CEL expressions see as `apiKey`, exactly as for keys in Secrets.'),
    keyHash: hash("SHA-256 of the key's value. The value itself is kept nowhere."),
    display: text('What people recognise the key by: its prefix and last four characters.', {
      maxLength: 64,
    }),
    issueTo: record(
      'A value is made by the gateway and written once into this Secret (entry `key`), unless the Secret has it already.',
      { secretName: required(text('Name of the Secret.', { minLength: 1, maxLength: 253 })) },
    ),
    rotation: record('The value before the last rotation, good until the grace ends.', {
      previousKeyHash: required(hash('SHA-256 of the value before.')),
      graceUntil: required(text('When the value before stops working.', { format: 'date-time' })),
    }),
    targetRefs,
    allowedModels: list(
      'Models that may be asked for; `*` stands for any characters. Left out: all.',
      text('Model name or pattern.', { minLength: 1, maxLength: 256 }),
      { maxItems: 64 },
    ),
    allowedRoutes: list(
      'HTTPRoutes (`name`, or `namespace/name`) that may be called. Left out: all.',
      text('Route.', { minLength: 1, maxLength: 317 }),
      { maxItems: 64 },
    ),
    allowedCIDRs: list(
      'Addresses that may call, as CIDR blocks. Left out: all.',
      text('Block, `10.0.0.0/8`.', { minLength: 3, maxLength: 43, pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$' }),
      { maxItems: 64 },
    ),
    expiresAt: text('When the key stops working.', { format: 'date-time' }),
    disabled: flag('Refuses the key without deleting it.'),
    limits: record('Limits of this key alone.', {
      requestsPerMinute: whole('Requests that may start in a minute.', {
        minimum: 0,
        maximum: 1_000_000_000,
      }),
      tokensPerMinute: whole('Tokens a minute, input and output; reserved before a call is made.', {
        minimum: 0,
        maximum: 1_000_000_000_000,
      }),
      concurrency: whole('Calls that may be under way together.', { minimum: 0, maximum: 1_000_000 }),
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.keyHash) || has(self.issueTo)',
        message: 'one of keyHash and issueTo must be set',
      },
    ],
  },
);

export const status = record('What the gateway made of it.', {
  display: text('What people recognise the key by.'),
  keyHash: text('SHA-256 of the value in force.'),
  lastUsedAt: text('When a call with it last began; written now and then, not at every call.', {
    format: 'date-time',
  }),
  conditions: conditionList,
});
