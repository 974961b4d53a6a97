/** AgentgatewayBackend: schema of its spec and status. */

import { azure, azureopenai, bedrock, custom, openai } from '../fragments/agentgateway-1.ts';
import { tcp, tls, tunnel } from '../fragments/agentgateway-2.ts';
import { ai } from '../fragments/agentgateway-4.ts';
import { auth, health } from '../fragments/agentgateway-6.ts';
import { transformation, vertexai } from '../fragments/agentgateway-7.ts';
import { selector } from '../fragments/gateway-1.ts';
import { list, record, required, text, whole } from '../schema-builders.ts';

export const aiGroups = list(
  'Providers in order of priority.',
  record('One entry of groups.', {
    providers: required(
      list(
        'Providers of one priority.',
        record(
          'One entry of providers.',
          {
            anthropic: record('Anthropic.', {
              model: text('Model that is asked for, whatever the client says.', {
                minLength: 1,
                maxLength: 256,
              }),
            }),
            azure: azure,
            azureopenai: azureopenai,
            bedrock: bedrock,
            custom: custom,
            gemini: record('Google Gemini.', {
              model: text('Model that is asked for, whatever the client says.', {
                minLength: 1,
                maxLength: 256,
              }),
            }),
            host: text('Host name or address.', { minLength: 1, maxLength: 256 }),
            name: required(
              text('Name of the object that is meant.', {
                pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
                minLength: 1,
                maxLength: 253,
              }),
            ),
            openai: openai,
            path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
            pathPrefix: text("Put before the provider's own paths.", { minLength: 1, maxLength: 1024 }),
            policies: record(
              'Settings for calls to this backend.',
              {
                ai: ai,
                auth: auth,
                health: health,
                http: record('HTTP settings.', {
                  requestTimeout: text('Request timeout of http.', {
                    pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
                    maxLength: 32,
                    'x-kubernetes-validations': [
                      {
                        rule: "duration(self) >= duration('1ms')",
                        message: 'requestTimeout must be at least 1ms',
                      },
                    ],
                  }),
                  version: text('Version of http.', { enum: ['HTTP1', 'HTTP2'] }),
                }),
                tcp: tcp,
                tls: tls,
                transformation: transformation,
                tunnel: tunnel,
              },
              {
                'x-kubernetes-validations': [
                  {
                    rule: 'has(self.ai) || has(self.auth) || has(self.health) || has(self.http) || has(self.tcp) || has(self.tls) || has(self.transformation) || has(self.tunnel)',
                    message:
                      'at least one of the fields in [ai auth health http tcp tls transformation tunnel] must be set',
                  },
                ],
              },
            ),
            port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
            vertexai: vertexai,
          },
          {
            'x-kubernetes-validations': [
              {
                rule: 'has(self.host) == has(self.port)',
                message: 'both host and port must be set together',
              },
              {
                rule: '!has(self.custom) || (has(self.custom.backendRef) != (has(self.host) && has(self.port)))',
                message: 'custom providers must specify exactly one of backendRef or host and port',
              },
              {
                rule: '!(has(self.path) && has(self.pathPrefix))',
                message: 'path and pathPrefix are mutually exclusive',
              },
              {
                rule: '!(has(self.custom) && has(self.custom.formats) && self.custom.formats.exists(f, has(f.path)) && (has(self.path) || has(self.pathPrefix)))',
                message: 'path, pathPrefix, and custom format paths are mutually exclusive',
              },
              {
                rule: '!has(self.pathPrefix) || has(self.host)',
                message: 'pathPrefix requires host to be set',
              },
              {
                rule: '[has(self.openai), has(self.azureopenai), has(self.azure), has(self.anthropic), has(self.gemini), has(self.vertexai), has(self.bedrock), has(self.custom)].filter(x, x).size() == 1',
                message:
                  'exactly one of the fields in [openai azureopenai azure anthropic gemini vertexai bedrock custom] must be set',
              },
            ],
          },
        ),
        {
          minItems: 1,
          maxItems: 16,
          'x-kubernetes-validations': [
            {
              rule: 'self.all(p1, self.exists_one(p2, p1.name == p2.name))',
              message: 'provider names must be unique within a group',
            },
          ],
        },
      ),
    ),
  }),
  { minItems: 1, maxItems: 8 },
);

export const aiProvider = record(
  'The provider that serves the model.',
  {
    anthropic: record('Anthropic.', {
      model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
    }),
    azure: azure,
    azureopenai: azureopenai,
    bedrock: bedrock,
    custom: custom,
    gemini: record('Google Gemini.', {
      model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
    }),
    host: text('Host name or address.', { minLength: 1, maxLength: 256 }),
    openai: openai,
    path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
    pathPrefix: text("Put before the provider's own paths.", { minLength: 1, maxLength: 1024 }),
    port: whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
    vertexai: vertexai,
  },
  {
    'x-kubernetes-validations': [
      { rule: 'has(self.host) == has(self.port)', message: 'both host and port must be set together' },
      {
        rule: '!has(self.custom) || (has(self.custom.backendRef) != (has(self.host) && has(self.port)))',
        message: 'custom providers must specify exactly one of backendRef or host and port',
      },
      {
        rule: '!(has(self.path) && has(self.pathPrefix))',
        message: 'path and pathPrefix are mutually exclusive',
      },
      {
        rule: '!(has(self.custom) && has(self.custom.formats) && self.custom.formats.exists(f, has(f.path)) && (has(self.path) || has(self.pathPrefix)))',
        message: 'path, pathPrefix, and custom format paths are mutually exclusive',
      },
      { rule: '!has(self.pathPrefix) || has(self.host)', message: 'pathPrefix requires host to be set' },
      {
        rule: '[has(self.openai), has(self.azureopenai), has(self.azure), has(self.anthropic), has(self.gemini), has(self.vertexai), has(self.bedrock), has(self.custom)].filter(x, x).size() == 1',
        message:
          'exactly one of the fields in [openai azureopenai azure anthropic gemini vertexai bedrock custom] must be set',
      },
    ],
  },
);

export const aiSection = record(
  'A large language model behind one API.',
  {
    groups: aiGroups,
    provider: aiProvider,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '[has(self.provider), has(self.groups)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [provider groups] must be set',
      },
    ],
  },
);

export const mcpTargets = list(
  'Targets of mcp.',
  record(
    'One entry of targets.',
    {
      name: required(
        text('Name of the object that is meant.', {
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          minLength: 1,
          maxLength: 253,
        }),
      ),
      selector: record(
        'Selects objects by label.',
        {
          namespaces: selector,
          services: selector,
        },
        {
          'x-kubernetes-validations': [
            {
              rule: 'has(self.namespaces) || has(self.services)',
              message: 'at least one of the fields in [namespaces services] must be set',
            },
          ],
        },
      ),
      static: record(
        'A fixed address.',
        {
          backendRef: record('Service that is called.', {
            name: text('Name of the object that is meant.', { default: '' }),
          }),
          host: text('Host name or address.', { minLength: 1, maxLength: 256 }),
          path: text('Path that is matched or sent.', { minLength: 1, maxLength: 1024 }),
          policies: record('Settings for calls to this backend.', {
            auth: auth,
            http: record('HTTP settings.', {
              requestTimeout: text('Request timeout of http.', {
                pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
                maxLength: 32,
                'x-kubernetes-validations': [
                  {
                    rule: "duration(self) >= duration('1ms')",
                    message: 'requestTimeout must be at least 1ms',
                  },
                ],
              }),
              version: text('Version of http.', { enum: ['HTTP1', 'HTTP2'] }),
            }),
            tcp: tcp,
            tls: tls,
            tunnel: tunnel,
          }),
          port: required(whole('Port number.', { format: 'int32', minimum: 1, maximum: 65535 })),
          protocol: text('Protocol that is spoken.', { enum: ['SSE', 'StreamableHTTP'] }),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: '!(has(self.backendRef) && has(self.policies))',
              message: 'mcp target policies may not be used with backendRef',
            },
            {
              rule: '[has(self.host), has(self.backendRef)].filter(x, x).size() == 1',
              message: 'exactly one of the fields in [host backendRef] must be set',
            },
          ],
        },
      ),
    },
    {
      'x-kubernetes-validations': [
        {
          rule: '[has(self.selector), has(self.static)].filter(x, x).size() == 1',
          message: 'exactly one of the fields in [selector static] must be set',
        },
      ],
    },
  ),
  { minItems: 1, maxItems: 128, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
);

export const mcpSection = record('Mcp.', {
  failureMode: text('What happens when the service gives no answer.', { enum: ['FailClosed', 'FailOpen'] }),
  prefixMode: text('Prefix mode of mcp.', { enum: ['Always', 'Conditional', 'Never'] }),
  sessionRouting: text('Session routing of mcp.', { enum: ['Stateful', 'Stateless'] }),
  targets: required(mcpTargets),
});
