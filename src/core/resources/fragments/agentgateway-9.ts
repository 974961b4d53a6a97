/** Parts of schemas that several places share. */
import { list, record, required, text, whole } from '../schema-builders.ts';
import { backendRef } from './gateway-1.ts';

export const global = record(
  "Limits counted by a rate limit service (Envoy's protocol).",
  {
    backendRef: backendRef,
    descriptors: required(
      list(
        'What is counted: each descriptor names one counter.',
        record('One entry of descriptors.', {
          cost: text('CEL expression for the amount that is charged instead of the tokens.', {
            minLength: 1,
            maxLength: 16384,
          }),
          entries: required(
            list(
              'Names and values that make up the descriptor.',
              record('One entry of entries.', {
                expression: required(
                  text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
                ),
                name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 64 })),
              }),
              { minItems: 1, maxItems: 16 },
            ),
          ),
          limitOverride: text('CEL expression for a limit that replaces the configured one.', {
            minLength: 1,
            maxLength: 16384,
          }),
          unit: text('What is counted, or the length of the window.', { enum: ['Requests', 'Tokens'] }),
        }),
        { minItems: 1, maxItems: 16 },
      ),
    ),
    domain: required(text('Domain of the rate limit configuration.', { minLength: 1, maxLength: 256 })),
    failureMode: text('What happens when the service gives no answer.', { enum: ['FailClosed', 'FailOpen'] }),
    url: text('Address as a URL.', {
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      minLength: 1,
      maxLength: 1024,
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.url) || !self.url.matches('^[^:]+://[^/?#]+/[^?#]')",
        message: 'url must not include a path',
      },
      {
        rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [backendRef url] must be set',
      },
    ],
  },
);

export const local = list(
  'Token buckets of this process.',
  record(
    'One entry of local.',
    {
      burst: whole('How much may be used above the limit at once.', { format: 'int32', minimum: 0 }),
      requests: whole('Requests per unit.', { format: 'int32', minimum: 1 }),
      tokens: whole('Tokens per unit.', { format: 'int32', minimum: 1 }),
      unit: required(
        text('What is counted, or the length of the window.', { enum: ['Hours', 'Minutes', 'Seconds'] }),
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: '[has(self.requests), has(self.tokens)].filter(x, x).size() == 1',
          message: 'exactly one of the fields in [requests tokens] must be set',
        },
      ],
    },
  ),
  { minItems: 1, maxItems: 16 },
);
