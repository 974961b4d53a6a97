/** AgentgatewayPolicy: schema of its spec and status. */

import { request, transformation } from '../fragments/agentgateway-7.ts';
import { processingOptions } from '../fragments/agentgateway-8.ts';
import { global, local } from '../fragments/agentgateway-9.ts';
import { backendRef } from '../fragments/gateway-1.ts';
import { list, mapOf, record, required, text } from '../schema-builders.ts';

export const trafficExtProc = record(
  'Sends the request through an external processor.',
  {
    backendRef: backendRef,
    conditional: list(
      'Alternatives tried in order: the first whose condition holds is used.',
      record('One entry of conditional.', {
        condition: text('CEL expression; the entry is used when it is true.', {
          minLength: 1,
          maxLength: 16384,
        }),
        policy: required(
          record(
            'What is used when the condition holds.',
            {
              backendRef: backendRef,
              failureMode: text('What happens when the service gives no answer.', {
                enum: ['FailClosed', 'FailOpen'],
              }),
              metadataContext: mapOf(
                'Metadata context of policy.',
                mapOf(
                  'Value in metadata context.',
                  text('Value in metadata context.', { minLength: 1, maxLength: 16384 }),
                ),
                { maxProperties: 64 },
              ),
              processingOptions: processingOptions,
              requestAttributes: mapOf(
                'Request attributes of policy.',
                text('Value in request attributes.', { minLength: 1, maxLength: 16384 }),
                { maxProperties: 64 },
              ),
              responseAttributes: mapOf(
                'Response attributes of policy.',
                text('Value in response attributes.', { minLength: 1, maxLength: 16384 }),
                { maxProperties: 64 },
              ),
              url: text('Address as a URL.', {
                pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
                minLength: 1,
                maxLength: 1024,
              }),
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: 'has(self.backendRef) != has(self.url)',
                  message: 'exactly one of backendRef or url is required',
                },
                {
                  rule: "!has(self.url) || !self.url.matches('^[^:]+://[^/?#]+/[^?#]')",
                  message: 'url must not include a path',
                },
              ],
            },
          ),
        ),
      }),
      {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-validations': [
          {
            rule: 'self.filter(e, !has(e.condition)).size() == 0 || (self.filter(e, !has(e.condition)).size() == 1 && !has(self[self.size() - 1].condition))',
            message: 'conditional entries without condition must be last',
          },
        ],
      },
    ),
    failureMode: text('What happens when the service gives no answer.', { enum: ['FailClosed', 'FailOpen'] }),
    metadataContext: mapOf(
      'Metadata context of ext proc.',
      mapOf(
        'Value in metadata context.',
        text('Value in metadata context.', { minLength: 1, maxLength: 16384 }),
      ),
      { maxProperties: 64 },
    ),
    processingOptions: processingOptions,
    requestAttributes: mapOf(
      'Request attributes of ext proc.',
      text('Value in request attributes.', { minLength: 1, maxLength: 16384 }),
      { maxProperties: 64 },
    ),
    responseAttributes: mapOf(
      'Response attributes of ext proc.',
      text('Value in response attributes.', { minLength: 1, maxLength: 16384 }),
      { maxProperties: 64 },
    ),
    url: text('Address as a URL.', {
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      minLength: 1,
      maxLength: 1024,
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.conditional) || has(self.backendRef) != has(self.url)',
        message: 'exactly one of backendRef or url must be set unless conditional is set',
      },
      {
        rule: "!has(self.url) || !self.url.matches('^[^:]+://[^/?#]+/[^?#]')",
        message: 'url must not include a path',
      },
      {
        rule: '!has(self.conditional) || !(has(self.backendRef) || has(self.failureMode) || has(self.metadataContext) || has(self.processingOptions) || has(self.requestAttributes) || has(self.responseAttributes) || has(self.url))',
        message: 'conditional cannot be set with any other field',
      },
    ],
  },
);

export const trafficRateLimit = record(
  'Limits on requests or tokens.',
  {
    conditional: list(
      'Alternatives tried in order: the first whose condition holds is used.',
      record('One entry of conditional.', {
        condition: text('CEL expression; the entry is used when it is true.', {
          minLength: 1,
          maxLength: 16384,
        }),
        policy: required(
          record(
            'What is used when the condition holds.',
            {
              global: global,
              local: local,
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: 'has(self.global) || has(self.local)',
                  message: 'at least one of the fields in [global local] must be set',
                },
              ],
            },
          ),
        ),
      }),
      {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-validations': [
          {
            rule: 'self.filter(e, !has(e.condition)).size() == 0 || (self.filter(e, !has(e.condition)).size() == 1 && !has(self[self.size() - 1].condition))',
            message: 'conditional entries without condition must be last',
          },
        ],
      },
    ),
    global: global,
    local: local,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.conditional) || has(self.global) || has(self.local)',
        message: 'at least one of the fields in [conditional global local] must be set',
      },
      {
        rule: '!has(self.conditional) || !(has(self.global) || has(self.local))',
        message: 'conditional cannot be set with any other field',
      },
    ],
  },
);

export const trafficTransformation = record(
  'Rewrites requests or responses with CEL.',
  {
    conditional: list(
      'Alternatives tried in order: the first whose condition holds is used.',
      record('One entry of conditional.', {
        condition: text('CEL expression; the entry is used when it is true.', {
          minLength: 1,
          maxLength: 16384,
        }),
        policy: required(transformation),
      }),
      {
        minItems: 1,
        maxItems: 16,
        'x-kubernetes-validations': [
          {
            rule: 'self.filter(e, !has(e.condition)).size() == 0 || (self.filter(e, !has(e.condition)).size() == 1 && !has(self[self.size() - 1].condition))',
            message: 'conditional entries without condition must be last',
          },
        ],
      },
    ),
    request: request,
    response: request,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.conditional) || has(self.request) || has(self.response)',
        message: 'at least one of the fields in [conditional request response] must be set',
      },
      {
        rule: '!has(self.conditional) || !(has(self.request) || has(self.response))',
        message: 'conditional cannot be set with any other field',
      },
    ],
  },
);
