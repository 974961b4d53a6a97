/** AgentgatewayPolicy: schema of its spec and status. */

import { keepalive } from '../fragments/agentgateway-2.ts';
import { authorization, extAuthCache, grpc, http } from '../fragments/agentgateway-7.ts';
import { attributes } from '../fragments/agentgateway-8.ts';
import { backendRef } from '../fragments/gateway-1.ts';
import { any, list, record, required, text, whole } from '../schema-builders.ts';

export const frontendSection = record(
  'How connections from clients are handled.',
  {
    accessLog: record('Access log of frontend.', {
      attributes: attributes,
      filter: text('Filter of access log.', { minLength: 1, maxLength: 16384 }),
      otlp: record(
        'Otlp of access log.',
        {
          attributes: attributes,
          backendRef: backendRef,
          filter: text('Filter of otlp.', { minLength: 1, maxLength: 16384 }),
          path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
          protocol: text('Protocol that is spoken.', { enum: ['GRPC', 'HTTP'], default: 'GRPC' }),
          url: text('Address as a URL.', {
            pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
            minLength: 1,
            maxLength: 1024,
          }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "!has(self.path) || (has(self.protocol) && self.protocol == 'HTTP')",
              message: 'path is only valid with protocol HTTP',
            },
            { rule: "!has(self.path) || self.path.startsWith('/')", message: 'path must start with /' },
            {
              rule: "!(has(self.url) && self.url.matches('^[^:]+://[^/?#]+/[^?#]')) || (has(self.protocol) && self.protocol == 'HTTP')",
              message: 'url path is only valid with protocol HTTP',
            },
            {
              rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
              message: 'exactly one of the fields in [backendRef url] must be set',
            },
          ],
        },
      ),
    }),
    connect: record('Connect of frontend.', {
      mode: required(text('How strict it is.', { enum: ['Deny', 'Route', 'Tunnel'] })),
    }),
    http: record(
      'HTTP settings.',
      {
        http1HeaderCase: text('Http1 header case of http.', { enum: ['Lowercase', 'Preserve'] }),
        http1IdleTimeout: text('Http1 idle timeout of http.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            {
              rule: "duration(self) >= duration('1s')",
              message: 'http1IdleTimeout must be at least 1 second',
            },
          ],
        }),
        http1MaxHeaders: whole('Http1 max headers of http.', { format: 'int32', minimum: 1, maximum: 4096 }),
        http2ConnectionWindowSize: any('Http2 connection window size of http.', {
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
        http2FrameSize: any('Http2 frame size of http.', {
          pattern:
            '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE](\\+?0*([0-9]|1[0-8])|-0*[0-9]))?$',
          minLength: 1,
          maxLength: 32,
          'x-kubernetes-int-or-string': true,
          'x-kubernetes-validations': [
            {
              rule: "(type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('16384')) >= 0",
              message: 'http2FrameSize must be at least 16384 bytes',
            },
            {
              rule: "(type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('1677215')) <= 0",
              message: 'http2FrameSize must be at most 1677215 bytes',
            },
            {
              rule: "(type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('1')) >= 0 && (type(self) == int ? quantity(string(self)) : quantity(self)).compareTo(quantity('4294967295')) <= 0",
              message: 'value must be at least 1 byte and fit within uint32',
            },
          ],
        }),
        http2KeepaliveInterval: text('Http2 keepalive interval of http.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            {
              rule: "duration(self) >= duration('1s')",
              message: 'http2KeepaliveInterval must be at least 1 second',
            },
          ],
        }),
        http2KeepaliveTimeout: text('Http2 keepalive timeout of http.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            {
              rule: "duration(self) >= duration('1s')",
              message: 'http2KeepaliveTimeout must be at least 1 second',
            },
          ],
        }),
        http2MaxHeaderSize: any('Http2 max header size of http.', {
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
        http2WindowSize: any('Http2 window size of http.', {
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
        maxBufferSize: any('Max buffer size of http.', {
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
        maxConnectionDuration: text('Max connection duration of http.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            {
              rule: "duration(self) >= duration('1s')",
              message: 'maxConnectionDuration must be at least 1 second',
            },
          ],
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.http1HeaderCase) || has(self.http1IdleTimeout) || has(self.http1MaxHeaders) || has(self.http2ConnectionWindowSize) || has(self.http2FrameSize) || has(self.http2KeepaliveInterval) || has(self.http2KeepaliveTimeout) || has(self.http2MaxHeaderSize) || has(self.http2WindowSize) || has(self.maxBufferSize) || has(self.maxConnectionDuration)',
            message:
              'at least one of the fields in [http1HeaderCase http1IdleTimeout http1MaxHeaders http2ConnectionWindowSize http2FrameSize http2KeepaliveInterval http2KeepaliveTimeout http2MaxHeaderSize http2WindowSize maxBufferSize maxConnectionDuration] must be set',
          },
        ],
      },
    ),
    metrics: record('Metrics of frontend.', {
      attributes: required(
        record(
          'Attributes of metrics.',
          {
            add: list(
              'Added.',
              record('One entry of add.', {
                expression: required(
                  text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
                ),
                name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
              }),
              {
                minItems: 1,
                maxItems: 16,
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['name'],
              },
            ),
          },
          {
            'x-kubernetes-validations': [
              { rule: 'has(self.add)', message: 'at least one of the fields in [add] must be set' },
            ],
          },
        ),
      ),
    }),
    networkAuthorization: authorization,
    proxyProtocol: record('Proxy protocol of frontend.', {
      mode: text('How strict it is.', { enum: ['Optional', 'Strict'], default: 'Strict' }),
      version: text('Version of proxy protocol.', { enum: ['All', 'V1', 'V2'], default: 'V2' }),
    }),
    tcp: record(
      'TCP settings.',
      {
        keepalive: keepalive,
      },
      {
        'x-kubernetes-validations': [
          { rule: 'has(self.keepalive)', message: 'at least one of the fields in [keepalive] must be set' },
        ],
      },
    ),
    tls: record(
      'TLS settings.',
      {
        alpnProtocols: list(
          'Alpn protocols of tls.',
          text('One entry of alpn protocols.', { minLength: 1, maxLength: 64 }),
          { minItems: 1, maxItems: 16 },
        ),
        cipherSuites: list(
          'Cipher suites of tls.',
          text('One entry of cipher suites.', {
            enum: [
              'TLS13_AES_128_GCM_SHA256',
              'TLS13_AES_256_GCM_SHA384',
              'TLS13_CHACHA20_POLY1305_SHA256',
              'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
              'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
              'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
              'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
              'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
              'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
            ],
          }),
        ),
        handshakeTimeout: text('Handshake timeout of tls.', {
          pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
          maxLength: 32,
          'x-kubernetes-validations': [
            {
              rule: "duration(self) >= duration('100ms')",
              message: 'handshakeTimeout must be at least 100ms',
            },
          ],
        }),
        keyExchangeGroups: list(
          'Key exchange groups of tls.',
          text('One entry of key exchange groups.', {
            enum: ['P-256', 'P-384', 'X25519', 'X25519_MLKEM768'],
          }),
        ),
        maxProtocolVersion: text('Max protocol version of tls.', { enum: ['1.2', '1.3'] }),
        minProtocolVersion: text('Min protocol version of tls.', { enum: ['1.2', '1.3'] }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.alpnProtocols) || has(self.cipherSuites) || has(self.handshakeTimeout) || has(self.keyExchangeGroups) || has(self.maxProtocolVersion) || has(self.minProtocolVersion)',
            message:
              'at least one of the fields in [alpnProtocols cipherSuites handshakeTimeout keyExchangeGroups maxProtocolVersion minProtocolVersion] must be set',
          },
        ],
      },
    ),
    tracing: record(
      'Tracing of frontend.',
      {
        attributes: attributes,
        backendRef: backendRef,
        clientSampling: text('Client sampling of tracing.', { minLength: 1, maxLength: 16384 }),
        filter: text('Filter of tracing.', { minLength: 1, maxLength: 16384 }),
        path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
        protocol: text('Protocol that is spoken.', { enum: ['GRPC', 'HTTP'], default: 'GRPC' }),
        randomSampling: text('Random sampling of tracing.', { minLength: 1, maxLength: 16384 }),
        resources: list(
          'Resources of tracing.',
          record('One entry of resources.', {
            expression: required(
              text('CEL expression that gives the value.', { minLength: 1, maxLength: 16384 }),
            ),
            name: required(text('Name of the object that is meant.', { minLength: 1, maxLength: 256 })),
          }),
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
            rule: "!has(self.path) || (has(self.protocol) && self.protocol == 'HTTP')",
            message: 'path is only valid with protocol HTTP',
          },
          { rule: "!has(self.path) || self.path.startsWith('/')", message: 'path must start with /' },
          {
            rule: "!(has(self.url) && self.url.matches('^[^:]+://[^/?#]+/[^?#]')) || (has(self.protocol) && self.protocol == 'HTTP')",
            message: 'url path is only valid with protocol HTTP',
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
        rule: 'has(self.accessLog) || has(self.connect) || has(self.http) || has(self.metrics) || has(self.networkAuthorization) || has(self.proxyProtocol) || has(self.tcp) || has(self.tls) || has(self.tracing)',
        message:
          'at least one of the fields in [accessLog connect http metrics networkAuthorization proxyProtocol tcp tls tracing] must be set',
      },
    ],
  },
);

export const trafficExtAuth = record(
  'Asks an external authorization service.',
  {
    backendRef: backendRef,
    cache: extAuthCache,
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
              cache: extAuthCache,
              failureMode: text('What happens when the service gives no answer.', {
                enum: ['FailClosed', 'FailOpen'],
              }),
              forwardBody: record('Forward body of policy.', {
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
                  message: 'exactly one of backendRef or url is required',
                },
                {
                  rule: '[has(self.grpc), has(self.http)].filter(x, x).size() == 1',
                  message: 'exactly one of the fields in [grpc http] must be set',
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
        rule: 'has(self.conditional) || has(self.backendRef) != has(self.url)',
        message: 'exactly one of backendRef or url must be set unless conditional is set',
      },
      {
        rule: 'has(self.conditional) || [has(self.grpc), has(self.http)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [grpc http] must be set',
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
      {
        rule: '!has(self.conditional) || !(has(self.backendRef) || has(self.cache) || has(self.failureMode) || has(self.forwardBody) || has(self.grpc) || has(self.http) || has(self.url))',
        message: 'conditional cannot be set with any other field',
      },
    ],
  },
);
