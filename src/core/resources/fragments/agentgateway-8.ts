/** Parts of schemas that several places share. */
import { any, flag, list, mapOf, record, required, text } from '../schema-builders.ts';
import { authSecretRef } from './agentgateway-1.ts';
import { tcp, tls, tunnel } from './agentgateway-2.ts';
import { ai } from './agentgateway-4.ts';
import { auth, health } from './agentgateway-6.ts';
import { authorization, extAuthCache, grpc, http, jwks, transformation } from './agentgateway-7.ts';
import { backendRef } from './gateway-1.ts';

export const policies = record(
  'Settings for calls to this backend.',
  {
    ai: ai,
    auth: auth,
    extAuth: record(
      'Asks an external authorization service.',
      {
        backendRef: backendRef,
        cache: extAuthCache,
        failureMode: text('What happens when the service gives no answer.', {
          enum: ['FailClosed', 'FailOpen'],
        }),
        forwardBody: record('Forward body of ext auth.', {
          maxSize: required(
            any('Max size of forward body.', {
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
          ),
        }),
        grpc: grpc,
        http: http,
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
            message: 'exactly one of backendRef or url must be set',
          },
          {
            rule: '!(has(self.forwardBody) && has(self.http) && has(self.http.body))',
            message: 'forwardBody cannot be used with http.body',
          },
          {
            rule: "!(has(self.url) && self.url.matches('^[^:]+://[^/?#]+/[^?#]')) || has(self.http)",
            message: 'url path is only valid with http',
          },
          {
            rule: "!(has(self.url) && has(self.http) && has(self.http.path) && self.url.matches('^[^:]+://[^/?#]+/[^?#]'))",
            message: 'http.path may not be set when url includes a path',
          },
        ],
      },
    ),
    health: health,
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
    mcp: record(
      'Mcp of policies.',
      {
        authentication: record('Authentication of mcp.', {
          audiences: list('Audiences of authentication.', text('One entry of audiences.'), {
            minItems: 1,
            maxItems: 64,
          }),
          clientId: text('Client id of authentication.'),
          clientSecretRef: authSecretRef,
          issuer: text('Issuer of authentication.', { minLength: 1, maxLength: 256 }),
          jwks: required(jwks),
          mode: text('How strict it is.', { enum: ['Optional', 'Permissive', 'Strict'], default: 'Strict' }),
          provider: text('The provider that serves the model.', {
            enum: ['Auth0', 'Authentik', 'Descope', 'Entra', 'Keycloak', 'Okta'],
          }),
          resourceMetadata: mapOf(
            'Resource metadata of authentication.',
            any('Value in resource metadata.', { 'x-kubernetes-preserve-unknown-fields': true }),
          ),
        }),
        authorization: authorization,
        guardrails: record('Guardrails of mcp.', {
          processors: required(
            list(
              'Processors of guardrails.',
              record(
                'One entry of processors.',
                {
                  methods: required(
                    mapOf(
                      'Methods of processors.',
                      text('Value in methods.', { enum: ['Full', 'Off', 'Request', 'Response'] }),
                      {
                        minProperties: 1,
                        maxProperties: 64,
                        'x-kubernetes-validations': [
                          {
                            rule: "self.all(k, !k.contains('*') || k == '*' || k.matches('^[^*]+/\\\\*$') || k.matches('^\\\\*/[^*]+$'))",
                            message:
                              "method wildcards must be '*', a prefix like 'tools/*', or a suffix like '*/list'",
                          },
                        ],
                      },
                    ),
                  ),
                  remote: record(
                    'Remote of processors.',
                    {
                      allowedRequestHeaders: list(
                        'Allowed request headers of remote.',
                        text('One entry of allowed request headers.', {
                          pattern: "^:?[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
                          minLength: 1,
                          maxLength: 256,
                          'x-kubernetes-validations': [
                            {
                              rule: "!self.startsWith(':') || self in [':authority', ':method', ':path', ':scheme', ':status']",
                              message:
                                'pseudo-headers must be one of :authority, :method, :path, :scheme, or :status',
                            },
                          ],
                        }),
                        { maxItems: 64, 'x-kubernetes-list-type': 'set' },
                      ),
                      backendRef: backendRef,
                      disallowedRequestHeaders: list(
                        'Disallowed request headers of remote.',
                        text('One entry of disallowed request headers.', {
                          pattern: "^:?[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
                          minLength: 1,
                          maxLength: 256,
                          'x-kubernetes-validations': [
                            {
                              rule: "!self.startsWith(':') || self in [':authority', ':method', ':path', ':scheme', ':status']",
                              message:
                                'pseudo-headers must be one of :authority, :method, :path, :scheme, or :status',
                            },
                          ],
                        }),
                        { maxItems: 64, 'x-kubernetes-list-type': 'set' },
                      ),
                      failureMode: text('What happens when the service gives no answer.', {
                        enum: ['FailClosed', 'FailOpen'],
                      }),
                      metadata: mapOf(
                        'Metadata of remote.',
                        text('Value in metadata.', { minLength: 1, maxLength: 16384 }),
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
                          rule: "!has(self.url) || !self.url.matches('^[^:]+://[^/?#]+/[^?#]')",
                          message: 'url must not include a path',
                        },
                        {
                          rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
                          message: 'exactly one of the fields in [backendRef url] must be set',
                        },
                      ],
                    },
                  ),
                },
                {
                  'x-kubernetes-validations': [
                    {
                      rule: '[has(self.remote)].filter(x, x).size() == 1',
                      message: 'exactly one of the fields in [remote] must be set',
                    },
                  ],
                },
              ),
              { minItems: 1, maxItems: 16 },
            ),
          ),
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.authentication) || has(self.authorization) || has(self.guardrails)',
            message: 'at least one of the fields in [authentication authorization guardrails] must be set',
          },
        ],
      },
    ),
    tcp: tcp,
    tls: tls,
    transformation: transformation,
    tunnel: tunnel,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.ai) || has(self.auth) || has(self.extAuth) || has(self.health) || has(self.http) || has(self.mcp) || has(self.tcp) || has(self.tls) || has(self.transformation) || has(self.tunnel)',
        message:
          'at least one of the fields in [ai auth extAuth health http mcp tcp tls transformation tunnel] must be set',
      },
    ],
  },
);

export const attributes = record(
  'Attributes of access log.',
  {
    add: list(
      'Added.',
      record('One entry of add.', {
        expression: required(
          text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
        ),
        name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
      }),
      { minItems: 1 },
    ),
    remove: list('Removed.', text('One entry of remove.', { minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 32,
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.add) || has(self.remove)',
        message: 'at least one of the fields in [add remove] must be set',
      },
    ],
  },
);

export const headers = list(
  'Header conditions, all of which must hold.',
  record('One entry of headers.', {
    name: required(
      text('Name of the object that is meant.', {
        pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
        minLength: 1,
        maxLength: 256,
      }),
    ),
    value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 16384 })),
  }),
  { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
);

export const processingOptions = record('Processing options of policy.', {
  allowModeOverride: flag('Allow mode override of processing options.', { default: false }),
  requestBodyMode: text('Request body mode of processing options.', {
    enum: ['Buffered', 'BufferedPartial', 'FullDuplexStreamed', 'None'],
    default: 'FullDuplexStreamed',
  }),
  requestHeaderMode: text('Request header mode of processing options.', {
    enum: ['Send', 'Skip'],
    default: 'Send',
  }),
  requestTrailerMode: text('Request trailer mode of processing options.', {
    enum: ['Send', 'Skip'],
    default: 'Send',
  }),
  responseBodyMode: text('Response body mode of processing options.', {
    enum: ['Buffered', 'BufferedPartial', 'FullDuplexStreamed', 'None'],
    default: 'FullDuplexStreamed',
  }),
  responseHeaderMode: text('Response header mode of processing options.', {
    enum: ['Send', 'Skip'],
    default: 'Send',
  }),
  responseTrailerMode: text('Response trailer mode of processing options.', {
    enum: ['Send', 'Skip'],
    default: 'Send',
  }),
});

export const headerModifiersRequestAdd = list(
  'Added.',
  record('One entry of add.', {
    name: required(
      text('Name of the object that is meant.', {
        pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
        minLength: 1,
        maxLength: 256,
      }),
    ),
    value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 4096 })),
  }),
  { maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
);

export const headerModifiersRequest = record('What applies to requests.', {
  add: headerModifiersRequestAdd,
  remove: list('Removed.', text('One entry of remove.'), { maxItems: 16, 'x-kubernetes-list-type': 'set' }),
  set: headerModifiersRequestAdd,
});
