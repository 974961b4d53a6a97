/** Parts of schemas that several places share. */
import { any, list, record, required, text, whole } from '../schema-builders.ts';
import { authSecretRef, secretRef } from './agentgateway-1.ts';
import { backendRef } from './gateway-1.ts';

export const aws = record(
  'Aws of auth.',
  {
    assumeRole: record(
      'Assume role of aws.',
      {
        roleArn: required(
          text('Role arn of assume role.', {
            pattern: '^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$',
            minLength: 1,
          }),
        ),
        sessionName: text('Session name of assume role.', { pattern: '^[\\w+=,.@-]{2,64}$' }),
        sessionNameExpression: text('Session name expression of assume role.', {
          minLength: 1,
          maxLength: 16384,
        }),
        tags: list(
          'Tags of assume role.',
          record(
            'One entry of tags.',
            {
              expression: text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
              key: required(
                text('The value itself, or the entry of the Secret that holds it.', {
                  minLength: 1,
                  maxLength: 128,
                }),
              ),
              value: text('Value that is compared or set.', { maxLength: 256 }),
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: 'has(self.value) != has(self.expression)',
                  message: 'exactly one of value or expression must be set',
                },
              ],
            },
          ),
          { maxItems: 50, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] },
        ),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '[has(self.sessionName), has(self.sessionNameExpression)].filter(x, x).size() <= 1',
            message: 'at most one of the fields in [sessionName sessionNameExpression] may be set',
          },
        ],
      },
    ),
    region: text('Region of aws.', { minLength: 1, maxLength: 256 }),
    secretRef: secretRef,
    serviceName: text('Service name of aws.', { minLength: 1, maxLength: 256 }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '!(has(self.secretRef) && has(self.assumeRole))',
        message: 'secretRef and assumeRole are mutually exclusive',
      },
    ],
  },
);

export const location = record(
  'Where the credential is found or put.',
  {
    cookie: record('Cookie of location.', {
      name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
    }),
    header: record('Header of location.', {
      name: required(
        text('Name of the object that is meant.', {
          pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
          minLength: 1,
          maxLength: 256,
        }),
      ),
      prefix: text('Text before the value, such as "Bearer ".', { minLength: 1, maxLength: 256 }),
    }),
    queryParameter: record('Query parameter of location.', {
      name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '[has(self.header), has(self.queryParameter), has(self.cookie)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [header queryParameter cookie] must be set',
      },
    ],
  },
);

export const keepalive = record('Keepalive of tcp.', {
  interval: text('Interval of keepalive.', {
    pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
    maxLength: 32,
    'x-kubernetes-validations': [
      { rule: "duration(self) >= duration('1s')", message: 'interval must be at least 1 second' },
    ],
  }),
  retries: whole('Retries of keepalive.', { format: 'int32', minimum: 1, maximum: 64 }),
  time: text('Time of keepalive.', {
    pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
    maxLength: 32,
    'x-kubernetes-validations': [
      { rule: "duration(self) >= duration('1s')", message: 'time must be at least 1 second' },
    ],
  }),
});

export const tcp = record('TCP settings.', {
  connectTimeout: text('Connect timeout of tcp.', {
    pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
    maxLength: 32,
    'x-kubernetes-validations': [
      { rule: "duration(self) >= duration('100ms')", message: 'connectTimeout must be at least 100ms' },
    ],
  }),
  keepalive: keepalive,
});

export const tls = record(
  'TLS settings.',
  {
    alpnProtocols: list(
      'Alpn protocols of tls.',
      text('One entry of alpn protocols.', { minLength: 1, maxLength: 64 }),
      { minItems: 1, maxItems: 16 },
    ),
    caCertificateRefs: list(
      'Ca certificate refs of tls.',
      record('One entry of ca certificate refs.', {
        kind: text('Kind of the object that is meant.', {
          enum: ['ConfigMap', 'Secret'],
          default: 'ConfigMap',
        }),
        name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 253 })),
      }),
      { maxItems: 1, 'x-kubernetes-list-type': 'atomic' },
    ),
    certificateSource: text('Certificate source of tls.', { enum: ['Inline', 'SPIFFE'], default: 'Inline' }),
    insecureSkipVerify: text('Insecure skip verify of tls.', { enum: ['All', 'Hostname'] }),
    keyExchangeGroups: list(
      'Key exchange groups of tls.',
      text('One entry of key exchange groups.', { enum: ['P-256', 'P-384', 'X25519', 'X25519_MLKEM768'] }),
    ),
    mtlsCertificateRef: list('Mtls certificate ref of tls.', secretRef, {
      maxItems: 1,
      'x-kubernetes-list-type': 'atomic',
    }),
    sni: text('Sni of tls.', {
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
      minLength: 1,
      maxLength: 253,
    }),
    verifySubjectAltNames: list(
      'Verify subject alt names of tls.',
      text('One entry of verify subject alt names.', { minLength: 1, maxLength: 256 }),
      { minItems: 1, maxItems: 16 },
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.insecureSkipVerify) || self.insecureSkipVerify != 'All' || !has(self.caCertificateRefs)",
        message: 'insecureSkipVerify All and caCertificateRefs may not be set together',
      },
      {
        rule: '!(has(self.insecureSkipVerify) && has(self.verifySubjectAltNames))',
        message: 'insecureSkipVerify and verifySubjectAltNames may not be set together',
      },
      {
        rule: "!has(self.certificateSource) || self.certificateSource != 'SPIFFE' || !(has(self.mtlsCertificateRef) || has(self.caCertificateRefs) || has(self.insecureSkipVerify))",
        message:
          'certificateSource SPIFFE may not be combined with mtlsCertificateRef, caCertificateRefs, or insecureSkipVerify',
      },
      {
        rule: '[has(self.verifySubjectAltNames), has(self.insecureSkipVerify)].filter(x, x).size() <= 1',
        message: 'at most one of the fields in [verifySubjectAltNames insecureSkipVerify] may be set',
      },
    ],
  },
);

export const tunnel = record(
  'Tunnel of policies.',
  {
    backendRef: backendRef,
    url: text('Address as a URL.', {
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      minLength: 1,
      maxLength: 1024,
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [backendRef url] must be set',
      },
      {
        rule: "!has(self.url) || !self.url.matches('^[^:]+://[^/?#]+/[^?#]')",
        message: 'url must not include a path for backend tunnel',
      },
    ],
  },
);

export const bedrockGuardrails = record('Bedrock guardrails of request.', {
  identifier: required(text('Identifier of bedrock guardrails.', { minLength: 1, maxLength: 256 })),
  policies: record(
    'Settings for calls to this backend.',
    {
      auth: record(
        'Credential that is sent to the backend.',
        {
          aws: aws,
          key: text('The value itself, or the entry of the Secret that holds it.', { maxLength: 2048 }),
          location: location,
          secretRef: authSecretRef,
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '!has(self.location) || has(self.key) || has(self.secretRef)',
              message: 'location may only be set for key or secretRef auth',
            },
            {
              rule: '[has(self.key), has(self.secretRef), has(self.aws)].filter(x, x).size() == 1',
              message: 'exactly one of the fields in [key secretRef aws] must be set',
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
  region: required(text('Region of bedrock guardrails.', { minLength: 1, maxLength: 256 })),
  version: required(text('Version of bedrock guardrails.', { minLength: 1, maxLength: 256 })),
});

export const defaults = list(
  'Fields set when the client left them out.',
  record('One entry of defaults.', {
    field: required(text('Field that is set.', { minLength: 1, maxLength: 256 })),
    value: required(any('Value that is compared or set.', { 'x-kubernetes-preserve-unknown-fields': true })),
  }),
  { minItems: 1, maxItems: 64 },
);
