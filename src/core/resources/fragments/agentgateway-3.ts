/** Parts of schemas that several places share. */
import { list, mapOf, record, required, text } from '../schema-builders.ts';
import { authSecretRef } from './agentgateway-1.ts';
import { tcp, tls, tunnel } from './agentgateway-2.ts';
import { backendRef } from './gateway-1.ts';

export const finalTransformations = list(
  'Final transformations of ai.',
  record('One entry of final transformations.', {
    expression: required(text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 })),
    field: required(text('Field that is set.', { minLength: 1, maxLength: 256 })),
  }),
  { minItems: 1, maxItems: 64 },
);

export const gcp = record(
  'Gcp of auth.',
  {
    audience: text('Audience of gcp.', { minLength: 1, maxLength: 256 }),
    secretRef: authSecretRef,
    type: text('Which of the alternatives this is.', { enum: ['AccessToken', 'IdToken'] }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.audience) || (has(self.type) && self.type == 'IdToken')",
        message: 'audience is only valid with IdToken',
      },
    ],
  },
);

export const googleModelArmor = record('Google model armor of request.', {
  location: text('Where the credential is found or put.', {
    minLength: 1,
    maxLength: 256,
    default: 'us-central1',
  }),
  policies: record(
    'Settings for calls to this backend.',
    {
      auth: record(
        'Credential that is sent to the backend.',
        {
          gcp: gcp,
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '[has(self.gcp)].filter(x, x).size() == 1',
              message: 'exactly one of the fields in [gcp] must be set',
            },
          ],
        },
      ),
      http: record('HTTP settings.', {
        requestTimeout: text('Request timeout of http.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            { rule: "duration(self) >= duration('1ms')", message: 'requestTimeout must be at least 1ms' },
          ],
        }),
        version: text('Version of http.', { enum: ['HTTP1', 'HTTP2'] }),
      }),
      tcp: tcp,
      tls: tls,
      tunnel: tunnel,
    },
    {
      'x-kubernetes-validations': [
        {
          rule: 'has(self.auth) || has(self.http) || has(self.tcp) || has(self.tls) || has(self.tunnel)',
          message: 'at least one of the fields in [auth http tcp tls tunnel] must be set',
        },
      ],
    },
  ),
  projectId: required(text('Project id of google model armor.', { minLength: 1, maxLength: 256 })),
  templateId: required(text('Template id of google model armor.', { minLength: 1, maxLength: 256 })),
});

export const regex = record('Regex of request.', {
  action: text('Action of regex.', { enum: ['Mask', 'Reject'], default: 'Mask' }),
  builtins: list(
    'Builtins of regex.',
    text('One entry of builtins.', { enum: ['CaSin', 'CreditCard', 'Email', 'PhoneNumber', 'Ssn'] }),
  ),
  matches: list(
    'Conditions of which one must hold; without any, every request matches.',
    text('One entry of matches.', { minLength: 1, maxLength: 1024 }),
  ),
});

export const webhook = record('Webhook of request.', {
  backendRef: required(backendRef),
  failureMode: text('What happens when the service gives no answer.', { enum: ['FailClosed', 'FailOpen'] }),
  forwardHeaderMatches: list(
    'Forward header matches of webhook.',
    record('One entry of forward header matches.', {
      name: required(
        text('Name of the object that is meant.', {
          pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
          minLength: 1,
          maxLength: 256,
        }),
      ),
      type: text('Which of the alternatives this is.', {
        enum: ['Exact', 'RegularExpression'],
        default: 'Exact',
      }),
      value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 4096 })),
    }),
  ),
  headers: mapOf(
    'Header conditions, all of which must hold.',
    text('Value in headers.', { minLength: 1, maxLength: 16384 }),
    { maxProperties: 64 },
  ),
});
