/** AgentgatewayPolicy: schema of its spec and status. */

import { authSecretRef, secretRef } from '../fragments/agentgateway-1.ts';
import { source } from '../fragments/agentgateway-5.ts';
import { authorization, jwks } from '../fragments/agentgateway-7.ts';
import { headerModifiersRequest, headers } from '../fragments/agentgateway-8.ts';
import { any, flag, list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { trafficExtAuth } from './agentgateway-policy-traffic-ext-auth.ts';
import {
  trafficExtProc,
  trafficRateLimit,
  trafficTransformation,
} from './agentgateway-policy-traffic-transformation.ts';

export const trafficSection = record(
  'What happens to requests before a backend is chosen.',
  {
    apiKeyAuthentication: record(
      'Asks callers for an API key (a virtual key) and makes its metadata known as apiKey.',
      {
        configMapSelector: record(
          'ConfigMaps of this namespace by label; their entries hold key hashes only.',
          {
            matchLabels: required(mapOf('Labels that must all be there.', text('Value in match labels.'))),
          },
        ),
        location: source,
        mode: text('How strict it is.', { enum: ['Optional', 'Permissive', 'Strict'], default: 'Strict' }),
        secretRef: secretRef,
        secretSelector: record('Secrets of this namespace by label.', {
          matchLabels: required(mapOf('Labels that must all be there.', text('Value in match labels.'))),
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '[has(self.secretRef), has(self.secretSelector), has(self.configMapSelector)].filter(x, x).size() == 1',
            message: 'exactly one of the fields in [secretRef secretSelector configMapSelector] must be set',
          },
        ],
      },
    ),
    authorization: authorization,
    basicAuthentication: record(
      'Asks callers for a user name and password.',
      {
        location: source,
        mode: text('How strict it is.', { enum: ['Optional', 'Strict'], default: 'Strict' }),
        realm: text('Realm of basic authentication.'),
        secretRef: authSecretRef,
        users: list('Users of basic authentication.', text('One entry of users.'), {
          minItems: 1,
          maxItems: 256,
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '[has(self.users), has(self.secretRef)].filter(x, x).size() == 1',
            message: 'exactly one of the fields in [users secretRef] must be set',
          },
        ],
      },
    ),
    buffer: record(
      'Buffer of traffic.',
      {
        request: record('What applies to requests.', {
          failureMode: text('What happens when the service gives no answer.', {
            enum: ['FailClosed', 'FailOpen'],
          }),
          maxBytes: any('Max bytes of request.', {
            pattern:
              '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE](\\+?0*([0-9]|1[0-8])|-0*[0-9]))?$',
            minLength: 1,
            maxLength: 32,
            'x-kubernetes-int-or-string': true,
            'x-kubernetes-validations': [
              {
                rule: "(type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('1')) >= 0 && (type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('4294967295')) <= 0",
                message: 'value must be at least 1 byte and fit within uint32',
              },
            ],
          }),
        }),
        response: record('What applies to responses.', {
          failureMode: text('What happens when the service gives no answer.', {
            enum: ['FailClosed', 'FailOpen'],
          }),
          maxBytes: any('Max bytes of response.', {
            pattern:
              '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE](\\+?0*([0-9]|1[0-8])|-0*[0-9]))?$',
            minLength: 1,
            maxLength: 32,
            'x-kubernetes-int-or-string': true,
            'x-kubernetes-validations': [
              {
                rule: "(type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('1')) >= 0 && (type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('4294967295')) <= 0",
                message: 'value must be at least 1 byte and fit within uint32',
              },
            ],
          }),
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.request) || has(self.response)',
            message: 'at least one of the fields in [request response] must be set',
          },
        ],
      },
    ),
    cors: record(
      'Cross-origin rules for browsers.',
      {
        allowCredentials: flag('Allow credentials of cors.'),
        allowHeaders: list(
          'Allow headers of cors.',
          text('One entry of allow headers.', {
            pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
            minLength: 1,
            maxLength: 256,
          }),
          {
            maxItems: 64,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowHeaders cannot contain '*' alongside other methods",
              },
            ],
          },
        ),
        allowMethods: list(
          'Allow methods of cors.',
          text('One entry of allow methods.', {
            enum: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'],
          }),
          {
            maxItems: 9,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowMethods cannot contain '*' alongside other methods",
              },
            ],
          },
        ),
        allowOrigins: list(
          'Allow origins of cors.',
          text('One entry of allow origins.', {
            pattern:
              '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)',
            minLength: 1,
            maxLength: 253,
          }),
          {
            maxItems: 64,
            'x-kubernetes-list-type': 'set',
            'x-kubernetes-validations': [
              {
                rule: "!('*' in self && self.size() > 1)",
                message: "AllowOrigins cannot contain '*' alongside other origins",
              },
            ],
          },
        ),
        exposeHeaders: list(
          'Expose headers of cors.',
          text('One entry of expose headers.', {
            pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
            minLength: 1,
            maxLength: 256,
          }),
          { maxItems: 64, 'x-kubernetes-list-type': 'set' },
        ),
        maxAge: whole('Max age of cors.', { format: 'int32', minimum: 1, default: 5 }),
      },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
    csrf: record('Refuses cross-site requests.', {
      additionalOrigins: list(
        'Additional origins of csrf.',
        text('One entry of additional origins.', { minLength: 1, maxLength: 256 }),
        { minItems: 1, maxItems: 16 },
      ),
    }),
    delay: record('Delay of traffic.', {
      duration: required(text('Duration of delay.', { minLength: 1, maxLength: 16384 })),
    }),
    directResponse: record(
      'Answers without a backend.',
      {
        body: text('Body of direct response.', { minLength: 1, maxLength: 4096 }),
        bodyExpression: text('Body expression of direct response.', { minLength: 1, maxLength: 16384 }),
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
                  body: text('Body of policy.', { minLength: 1, maxLength: 4096 }),
                  bodyExpression: text('Body expression of policy.', { minLength: 1, maxLength: 16384 }),
                  headers: headers,
                  status: whole('What the controller says of the object.', {
                    format: 'int32',
                    minimum: 200,
                    maximum: 599,
                  }),
                },
                {
                  'x-kubernetes-validations': [
                    { rule: 'has(self.status)', message: 'status is required' },
                    {
                      rule: '!(has(self.body) && has(self.bodyExpression))',
                      message: 'body and bodyExpression may not both be set',
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
        headers: headers,
        status: whole('What the controller says of the object.', {
          format: 'int32',
          minimum: 200,
          maximum: 599,
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '!(has(self.body) && has(self.bodyExpression))',
            message: 'body and bodyExpression may not both be set',
          },
          {
            rule: '!has(self.conditional) || !(has(self.body) || has(self.bodyExpression) || has(self.headers) || has(self.status))',
            message: 'conditional cannot be set with any other field',
          },
          { rule: 'has(self.conditional) || has(self.status)', message: 'status: Required value' },
        ],
      },
    ),
    extAuth: trafficExtAuth,
    extProc: trafficExtProc,
    headerModifiers: record(
      'Changes headers of requests and responses.',
      {
        request: headerModifiersRequest,
        response: headerModifiersRequest,
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.request) || has(self.response)',
            message: 'at least one of the fields in [request response] must be set',
          },
        ],
      },
    ),
    hostRewrite: record('Host rewrite of traffic.', {
      mode: required(text('How strict it is.', { enum: ['Auto', 'None'] })),
    }),
    jwtAuthentication: record(
      'Asks callers for a JSON Web Token.',
      {
        location: source,
        mcp: record('Mcp of jwt authentication.', {
          clientId: text('Client id of mcp.'),
          provider: text('The provider that serves the model.', {
            enum: ['Auth0', 'Authentik', 'Descope', 'Entra', 'Keycloak', 'Okta'],
          }),
          resourceMetadata: mapOf(
            'Resource metadata of mcp.',
            any('Value in resource metadata.', { 'x-kubernetes-preserve-unknown-fields': true }),
          ),
        }),
        mode: text('How strict it is.', { enum: ['Optional', 'Permissive', 'Strict'], default: 'Strict' }),
        providers: required(
          list(
            'Providers of one priority.',
            record('One entry of providers.', {
              audiences: list('Audiences of providers.', text('One entry of audiences.'), {
                minItems: 1,
                maxItems: 64,
              }),
              issuer: required(text('Issuer of providers.', { minLength: 1, maxLength: 256 })),
              jwks: required(
                record(
                  'Jwks of providers.',
                  {
                    inline: text('Inline of jwks.', { minLength: 2, maxLength: 65536 }),
                    remote: jwks,
                  },
                  {
                    'x-kubernetes-validations': [
                      {
                        rule: '[has(self.remote), has(self.inline)].filter(x, x).size() == 1',
                        message: 'exactly one of the fields in [remote inline] must be set',
                      },
                    ],
                  },
                ),
              ),
            }),
            { minItems: 1, maxItems: 64 },
          ),
        ),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '!has(self.mcp) || self.providers.size() == 1',
            message: 'jwtAuthentication.mcp requires exactly one provider',
          },
          {
            rule: "!has(self.mcp) || !has(self.mode) || self.mode == 'Strict'",
            message: 'jwtAuthentication.mcp requires mode Strict',
          },
        ],
      },
    ),
    phase: text('When the policy runs.', { enum: ['PostRouting', 'PreRouting'] }),
    rateLimit: trafficRateLimit,
    retry: record('When a failed request is tried again.', {
      attempts: whole('Attempts of retry.', { minimum: 1 }),
      backoff: text('Backoff of retry.', { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }),
      codes: list('Codes of retry.', whole('One entry of codes.', { minimum: 400, maximum: 599 }), {
        'x-kubernetes-list-type': 'set',
      }),
      condition: text('CEL expression; the entry is used when it is true.', {
        minLength: 1,
        maxLength: 16384,
      }),
      precondition: text('Precondition of retry.', { minLength: 1, maxLength: 16384 }),
    }),
    timeouts: record(
      'Time limits.',
      {
        request: text('What applies to requests.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            { rule: "duration(self) >= duration('1ms')", message: 'request must be at least 1ms' },
          ],
        }),
      },
      {
        'x-kubernetes-validations': [
          { rule: 'has(self.request)', message: 'at least one of the fields in [request] must be set' },
        ],
      },
    ),
    transformation: trafficTransformation,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.phase) || self.phase != 'PreRouting' || !(has(self.rateLimit) || has(self.csrf) || has(self.headerModifiers) || has(self.hostRewrite) || has(self.timeouts) || has(self.retry) || has(self.directResponse) || has(self.buffer) || has(self.delay))",
        message:
          'phase PreRouting only supports extAuth, authorization, transformation, extProc, jwtAuthentication, basicAuthentication, apiKeyAuthentication and cors',
      },
    ],
  },
);
