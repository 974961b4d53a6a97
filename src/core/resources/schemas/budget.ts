/** Budget: schema of its spec and status. */
import { list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { conditionList, dayOrMoment, targetRefs } from './tollgate-common.ts';

const count = (description: string) =>
  whole(description, { format: 'int64', minimum: 0, maximum: 9_007_199_254_740_991 });

const limit = (description: string) =>
  record(
    description,
    {
      tokens: count('Tokens, input and output together.'),
      inputTokens: count('Input tokens, cached ones included.'),
      outputTokens: count('Output tokens, reasoning included.'),
      requests: count('Calls.'),
      usd: text('US dollars as a decimal number, `25.00`.', {
        pattern: '^[0-9]{1,7}(\\.[0-9]{1,9})?$',
        maxLength: 17,
      }),
      concurrency: count('Calls under way together; needs no window.'),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: '[has(self.tokens), has(self.inputTokens), has(self.outputTokens), has(self.requests), has(self.usd), has(self.concurrency)].filter(x, x).size() == 1',
          message:
            'exactly one of the fields in [tokens inputTokens outputTokens requests usd concurrency] must be set',
        },
      ],
    },
  );

const selector = record('Whose calls are counted. Left out: every call through the Gateways.', {
  matchLabels: mapOf(
    'Labels (of a VirtualKey, or text metadata of a key in a Secret) that must be equal.',
    text('Value.'),
  ),
  matchExpressions: list(
    'Further conditions on labels.',
    record('One condition.', {
      key: required(text('Label.')),
      operator: required(text('How it is compared.', { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] })),
      values: list('Values for In and NotIn.', text('Value.')),
    }),
    { maxItems: 16 },
  ),
  expression: text(
    'CEL over `apiKey`, `request`, `llm`; true selects. What cannot be evaluated does not select.',
    {
      minLength: 1,
      maxLength: 16384,
    },
  ),
});

const window = record(
  'Over what time is counted. Left out: for ever.',
  {
    calendar: text('From the begin of the hour, day, … in the time zone.', {
      enum: ['Minute', 'Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year'],
    }),
    timeZone: text('IANA name; UTC when left out. Weeks begin on Monday.', { maxLength: 64 }),
    rolling: text(
      'The last so much time, at least a minute: `24h`, `30m`. Kept in 24 slices, the oldest counted whole.',
      {
        pattern: '^([0-9]{1,5}(h|m|s)){1,3}$',
        maxLength: 32,
      },
    ),
    lifetime: { type: 'boolean', description: 'Counts for ever.' },
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '[has(self.calendar), has(self.rolling), has(self.lifetime) && self.lifetime].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [calendar rolling lifetime] must be set',
      },
      {
        rule: '!has(self.timeZone) || has(self.calendar)',
        message: 'timeZone goes with calendar only',
      },
    ],
  },
);

const overrides = list(
  'Other limits for a while: quarter ends, one-off increases. Of several that hold, the first.',
  record('One override.', {
    from: required(dayOrMoment('Begin: a day in the window’s time zone, or a moment.')),
    to: required(dayOrMoment('End: a day (included), or a moment (not included).')),
    limit: required(limit('The limit meanwhile; the same unit as the budget’s.')),
    reason: text('Why, for reports.', { maxLength: 256 }),
  }),
  { maxItems: 32 },
);

const alerts = list(
  'Who is told when so much is used; once a window.',
  record('One alert.', {
    atPercent: required(whole('Share of the limit in per cent.', { minimum: 1, maximum: 1000 })),
    webhook: required(
      text(
        'Secret of the same namespace with the entries `url` and, if wanted, `signingKey` and `format` (`json` or `slack`).',
        { minLength: 1, maxLength: 253 },
      ),
    ),
  }),
  { maxItems: 16 },
);

export const spec = record(
  'A limit on what a group of callers may use.',
  {
    selector,
    groupBy: list(
      'CEL expressions; one counter for each distinct combination of values. Left out: one counter for all.',
      text('Expression, `apiKey.user_id`.', { minLength: 1, maxLength: 1024 }),
      { maxItems: 4 },
    ),
    limit: required(limit('How much may be used in one window.')),
    window,
    enforcement: text(
      'Hard: an upper bound is reserved before the call and settled after it, so the limit is never passed. Soft: checked before and charged after, as rate limits do.',
      { default: 'Hard', enum: ['Hard', 'Soft'] },
    ),
    onExceeded: record(
      'What happens at the limit.',
      {
        action: text(
          'Reject; SwitchModel: go on with a cheaper model; Delay: wait for room for a while; Report: count and tell only (shadow).',
          { default: 'Reject', enum: ['Reject', 'SwitchModel', 'Delay', 'Report'] },
        ),
        model: text('Model to go on with.', { minLength: 1, maxLength: 256 }),
        maxDelay: text('Longest wait.', { pattern: '^[0-9]{1,5}(s|ms)$', maxLength: 8, default: '10s' }),
      },
      {
        'x-kubernetes-validations': [
          { rule: "self.action != 'SwitchModel' || has(self.model)", message: 'SwitchModel needs model' },
        ],
      },
    ),
    reservation: record('How the upper bound of a call is found.', {
      defaultOutputTokens: whole('Output reserved (and allowed) when the client names no maximum.', {
        default: 4096,
        minimum: 1,
        maximum: 1_000_000,
      }),
      minimumOutputTokens: whole('An answer is shortened to what is left, but not below this.', {
        default: 1,
        minimum: 1,
        maximum: 1_000_000,
      }),
    }),
    overrides,
    alerts,
    failureMode: text('What happens when the counters cannot be reached.', {
      default: 'FailClosed',
      enum: ['FailClosed', 'FailOpen'],
    }),
    targetRefs,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '!has(self.limit.concurrency) || !has(self.window)',
        message: 'a concurrency limit has no window',
      },
    ],
  },
);

export const status = record('How it stands; written now and then, not at every call.', {
  groups: whole('Counters in the window.', { format: 'int64' }),
  limit: text('The limit in force.'),
  used: text('Used in the window, of the fullest counter.'),
  reserved: text('Held by calls under way, of the fullest counter.'),
  remaining: text('Left, of the fullest counter.'),
  resetsAt: text('End of the window.', { format: 'date-time' }),
  conditions: conditionList,
});
