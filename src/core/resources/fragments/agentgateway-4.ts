/** Parts of schemas that several places share. */
import { flag, list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { append, authSecretRef } from './agentgateway-1.ts';
import { bedrockGuardrails, defaults, location, tcp, tls, tunnel } from './agentgateway-2.ts';
import { finalTransformations, googleModelArmor, regex, webhook } from './agentgateway-3.ts';

export const ai = record(
  'A large language model behind one API.',
  {
    defaults: defaults,
    finalTransformations: finalTransformations,
    modelAliases: mapOf(
      'Names that clients may use, and the model each stands for.',
      text('Value in model aliases.'),
      { maxProperties: 64 },
    ),
    overrides: defaults,
    prompt: record('Messages added to every prompt.', {
      append: append,
      prepend: append,
    }),
    promptCaching: record('Prompt caching of ai.', {
      cacheMessageOffset: whole('Cache message offset of prompt caching.', { minimum: 0, default: 0 }),
      cacheMessages: flag('Cache messages of prompt caching.', { default: true }),
      cacheSystem: flag('Cache system of prompt caching.', { default: true }),
      cacheTools: flag('Cache tools of prompt caching.', { default: false }),
      minTokens: whole('Min tokens of prompt caching.', { minimum: 0, default: 1024 }),
    }),
    promptGuard: record(
      'Checks prompts and answers.',
      {
        request: list(
          'What applies to requests.',
          record(
            'One entry of request.',
            {
              bedrockGuardrails: bedrockGuardrails,
              googleModelArmor: googleModelArmor,
              openAIModeration: record('Open AI moderation of request.', {
                model: text('Model that is asked for, whatever the client says.'),
                policies: record(
                  'Settings for calls to this backend.',
                  {
                    auth: record(
                      'Credential that is sent to the backend.',
                      {
                        key: text('The value itself, or the entry of the Secret that holds it.', {
                          maxLength: 2048,
                        }),
                        location: location,
                        secretRef: authSecretRef,
                      },
                      {
                        'x-kubernetes-validations': [
                          {
                            rule: '[has(self.key), has(self.secretRef)].filter(x, x).size() == 1',
                            message: 'exactly one of the fields in [key secretRef] must be set',
                          },
                        ],
                      },
                    ),
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
              }),
              regex: regex,
              response: record(
                'What applies to responses.',
                {
                  message: text('Explanation for people.', {
                    default: 'The request was rejected due to inappropriate content',
                  }),
                  statusCode: whole('Status code of response.', {
                    format: 'int32',
                    minimum: 200,
                    maximum: 599,
                    default: 403,
                  }),
                },
                {
                  'x-kubernetes-validations': [
                    {
                      rule: 'has(self.message) || has(self.statusCode)',
                      message: 'at least one of the fields in [message statusCode] must be set',
                    },
                  ],
                },
              ),
              scope: list(
                'Scope of request.',
                text('One entry of scope.', {
                  enum: ['Messages', 'SystemPrompt', 'ToolInput', 'ToolOutput'],
                }),
                { minItems: 1, maxItems: 4, 'x-kubernetes-list-type': 'set' },
              ),
              webhook: webhook,
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: "!has(self.scope) || has(self.regex) || has(self.bedrockGuardrails) || (self.scope.size() == 2 && 'SystemPrompt' in self.scope && 'Messages' in self.scope)",
                  message:
                    'scope: only regex and bedrockGuardrails guards support a non-default scope; other guard kinds always inspect the default (SystemPrompt + Messages)',
                },
                {
                  rule: '[has(self.regex), has(self.webhook), has(self.openAIModeration), has(self.bedrockGuardrails), has(self.googleModelArmor)].filter(x, x).size() == 1',
                  message:
                    'exactly one of the fields in [regex webhook openAIModeration bedrockGuardrails googleModelArmor] must be set',
                },
              ],
            },
          ),
          { minItems: 1, maxItems: 8 },
        ),
        response: list(
          'What applies to responses.',
          record(
            'One entry of response.',
            {
              bedrockGuardrails: bedrockGuardrails,
              googleModelArmor: googleModelArmor,
              regex: regex,
              response: record(
                'What applies to responses.',
                {
                  message: text('Explanation for people.', {
                    default: 'The request was rejected due to inappropriate content',
                  }),
                  statusCode: whole('Status code of response.', {
                    format: 'int32',
                    minimum: 200,
                    maximum: 599,
                    default: 403,
                  }),
                },
                {
                  'x-kubernetes-validations': [
                    {
                      rule: 'has(self.message) || has(self.statusCode)',
                      message: 'at least one of the fields in [message statusCode] must be set',
                    },
                  ],
                },
              ),
              webhook: webhook,
            },
            {
              'x-kubernetes-validations': [
                {
                  rule: '[has(self.regex), has(self.webhook), has(self.bedrockGuardrails), has(self.googleModelArmor)].filter(x, x).size() == 1',
                  message:
                    'exactly one of the fields in [regex webhook bedrockGuardrails googleModelArmor] must be set',
                },
              ],
            },
          ),
          { minItems: 1, maxItems: 8 },
        ),
        streaming: text('Streaming of prompt guard.', { enum: ['Enabled'] }),
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
    routes: mapOf(
      'Path suffix to API type.',
      text('Value in routes.', {
        enum: [
          'AnthropicTokenCount',
          'Completions',
          'Detect',
          'Embeddings',
          'GeminiCountTokens',
          'GenerateContent',
          'Messages',
          'Models',
          'Passthrough',
          'Realtime',
          'Rerank',
          'Responses',
        ],
      }),
    ),
    transformations: finalTransformations,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.defaults) || has(self.finalTransformations) || has(self.modelAliases) || has(self.overrides) || has(self.prompt) || has(self.promptCaching) || has(self.promptGuard) || has(self.routes) || has(self.transformations)',
        message:
          'at least one of the fields in [defaults finalTransformations modelAliases overrides prompt promptCaching promptGuard routes transformations] must be set',
      },
    ],
  },
);

export const cache = record('Cache of cross app access.', {
  inMemory: record('In memory of cache.', {
    defaultTtl: text('Default ttl of in memory.', {
      pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
      maxLength: 32,
      'x-kubernetes-validations': [
        { rule: "duration(self) >= duration('1s')", message: 'defaultTtl must be at least 1 second' },
      ],
    }),
    maxEntries: whole('Max entries of in memory.', { format: 'int32' }),
  }),
});

export const clientAuth = record(
  'Client auth of identity provider.',
  {
    clientId: required(text('Client id of client auth.', { minLength: 1 })),
    method: text('HTTP method that is matched.', {
      enum: ['ClientSecretBasic', 'ClientSecretPost', 'PrivateKeyJwt'],
    }),
    privateKeyJwt: record(
      'Private key jwt of client auth.',
      {
        alg: text('Alg of private key jwt.', {
          enum: ['ES256', 'ES384', 'PS256', 'RS256', 'RS384', 'RS512'],
        }),
        assertionAudience: required(text('Assertion audience of private key jwt.', { minLength: 1 })),
        certificateHeader: text('Certificate header of private key jwt.', { enum: ['x5c', 'x5t#S256'] }),
        certificateRef: authSecretRef,
        kid: text('Kid of private key jwt.'),
        signingKeyRef: required(authSecretRef),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: 'has(self.certificateRef) == has(self.certificateHeader)',
            message: 'certificateRef and certificateHeader must be set together',
          },
        ],
      },
    ),
    secretRef: authSecretRef,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "!has(self.privateKeyJwt) || (has(self.method) && self.method == 'PrivateKeyJwt')",
        message: 'privateKeyJwt settings require method PrivateKeyJwt',
      },
      {
        rule: "!(has(self.secretRef) && has(self.method) && self.method == 'PrivateKeyJwt')",
        message: 'secretRef is not valid with method PrivateKeyJwt',
      },
      {
        rule: "has(self.secretRef) || (has(self.method) && (self.method == 'ClientSecretPost' || self.method == 'PrivateKeyJwt'))",
        message: 'clientAuth without secretRef requires method ClientSecretPost or PrivateKeyJwt',
      },
    ],
  },
);
