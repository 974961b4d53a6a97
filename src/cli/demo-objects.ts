/** The walkthrough's resources as the demo applies them, with a second key and a second route for SDKs. */
import type { KubeObject } from '../core/resources/object.ts';

export const demoNamespace = 'agentgateway-system';
export const demoDomain = 'token-budgets';
export const demoPort = 8080;
export const demoLimit = 100;

/** `credential`: the real provider's key, or any text for the sample provider. */
export function demoObjects(credential: string): KubeObject[] {
  return [secrets(credential), keys(), gateway(), backend(), route(), sdkRoute(), limits(), policy()];
}

const named = (name: string, namespace = demoNamespace) => ({ name, namespace });

function secrets(credential: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: named('anthropic-secret'),
    type: 'Opaque',
    stringData: { Authorization: credential },
  };
}

function keys(): KubeObject {
  const key = (value: string, user_id: string) => JSON.stringify({ key: value, metadata: { user_id } });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: named('anthropic-api-key'),
    type: 'Opaque',
    stringData: { mike: key('sk-mike-key', 'mike'), anna: key('sk-anna-key', 'anna') },
  };
}

function gateway(): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: named('agentgateway-route'),
    spec: {
      gatewayClassName: 'agentgateway',
      listeners: [
        { protocol: 'HTTP', port: demoPort, name: 'http', allowedRoutes: { namespaces: { from: 'All' } } },
      ],
    },
  };
}

function backend(): KubeObject {
  return {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayBackend',
    metadata: named('anthropic'),
    spec: {
      ai: { provider: { anthropic: { model: 'claude-sonnet-5' } } },
      policies: {
        auth: { secretRef: { name: 'anthropic-secret' } },
        ai: {
          routes: {
            '/v1/chat/completions': 'Completions',
            '/v1/responses': 'Responses',
            '/v1/models': 'Models',
            ':generateContent': 'GenerateContent',
            ':streamGenerateContent': 'GenerateContent',
            ':countTokens': 'GeminiCountTokens',
            '/v1/messages': 'Messages',
            '/v1/messages/count_tokens': 'AnthropicTokenCount',
          },
        },
      },
    },
  };
}

const toBackend = [
  { name: 'anthropic', namespace: demoNamespace, group: 'agentgateway.dev', kind: 'AgentgatewayBackend' },
];
const parentRefs = [{ name: 'agentgateway-route', namespace: demoNamespace }];
const below = (value: string) => [{ path: { type: 'PathPrefix', value } }];

function route(): KubeObject {
  const path = { type: 'ReplaceFullPath', replaceFullPath: '/v1/chat/completions' };
  const filters = [{ type: 'URLRewrite', urlRewrite: { path } }];
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: named('claude'),
    spec: { parentRefs, rules: [{ matches: below('/anthropic'), filters, backendRefs: toBackend }] },
  };
}

function sdkRoute(): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: named('claude-sdk'),
    spec: {
      parentRefs,
      rules: [{ matches: [...below('/v1'), ...below('/v1beta')], backendRefs: toBackend }],
    },
  };
}

function limits(): KubeObject {
  const config = `domain: ${demoDomain}
descriptors:
- key: user_id
  value: mike
  rate_limit:
    unit: day
    requests_per_unit: ${demoLimit}
`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: named('ratelimit-config', 'ratelimit'),
    data: { 'config.yaml': config },
  };
}

function policy(): KubeObject {
  const global = {
    domain: demoDomain,
    backendRef: { kind: 'Service', name: 'ratelimit', namespace: 'ratelimit', port: 8081 },
    descriptors: [{ entries: [{ name: 'user_id', expression: 'apiKey.user_id' }], unit: 'Tokens' }],
  };
  return {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayPolicy',
    metadata: named('api-key-auth'),
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'agentgateway-route' }],
      traffic: {
        apiKeyAuthentication: { mode: 'Strict', secretRef: { name: 'anthropic-api-key' } },
        rateLimit: { conditional: [{ condition: "apiKey.user_id == 'mike'", policy: { global } }] },
      },
    },
  };
}
