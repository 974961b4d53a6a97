import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { KubeObject } from '../resources/object.ts';
import { convertStandalone, type StandaloneConfig } from './convert.ts';

const surroundings = {
  env: (name: string) => (name === 'OPENAI_API_KEY' ? 'sk-openai' : undefined),
  readFile: (path: string) => {
    if (path === './anthropic.key') return 'sk-anthropic\n';
    if (path === './catalog.json') return '{"providers":{}}';
    throw new Error(`no such file: ${path}`);
  },
  sha256: (text: string) => hash('sha256', text),
};

function converted(yaml: string): StandaloneConfig {
  const result = convertStandalone(parse(yaml), surroundings);
  assert.ok('config' in result, JSON.stringify(result));
  return result.config;
}

function faults(yaml: string): string[] {
  const result = convertStandalone(parse(yaml), surroundings);
  return 'faults' in result ? result.faults.map(({ path, message }) => `${path} ${message}`) : [];
}

const find = (objects: readonly KubeObject[], kind: string, name?: string) =>
  objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
const specOf = (objects: readonly KubeObject[], kind: string, name?: string) =>
  (find(objects, kind, name)?.['spec'] ?? {}) as Record<string, unknown>;

const budgets = `
config:
  database: {url: sqlite://budgets.db}
  modelCatalog: [{file: ./catalog.json}]
llm:
  policies:
    apiKey:
      mode: strict
      keys:
      - key: sk-team-a-abc123def456
        metadata: {name: team-a, group: sales}
        allowedModels: ["gpt-5*"]
        budgets:
        - name: daily-spend
          limit: {unit: USD, amount: 0.008}
          window: {rolling: 24h}
          onBudgetExceeded: Block
      - keyHash: "sha256:1311F8FC80A7EA28D78DD7723F09C44C1754CD35160CA8E7133AE3D7F636A19A"
        metadata: {name: team-b}
        allowedModels: []
        budgets:
        - name: daily-tokens
          limit: {unit: Tokens, amount: 250}
          window: {rolling: 30d}
          onBudgetExceeded: Audit
  models:
  - name: "*"
    provider: openAI
    params: {apiKey: "$OPENAI_API_KEY"}
`;

test('keys and their budgets', () => {
  const { objects, notes } = converted(budgets);
  assert.deepEqual(find(objects, 'ConfigMap')?.['data'], { 'catalog.json': '{"providers":{}}' });
  assert.deepEqual(
    notes.map(({ path }) => path),
    ['config.database'],
  );
  const key = find(objects, 'VirtualKey', 'team-a');
  assert.deepEqual(key?.['spec'], {
    keyHash: `sha256:${hash('sha256', 'sk-team-a-abc123def456')}`,
    display: '…f456',
    metadata: { name: 'team-a', group: 'sales' },
    owner: 'team-a',
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'llm' }],
    allowedModels: ['gpt-5*'],
  });
  assert.equal(key?.metadata.labels?.['group'], 'sales');
  assert.deepEqual(specOf(objects, 'Budget', 'team-a-daily-spend'), {
    selector: { matchLabels: { 'tollgate.dev/standalone-key': 'team-a' } },
    limit: { usd: '0.008' },
    window: { calendar: 'Day' },
    enforcement: 'Soft',
    onExceeded: { action: 'Reject' },
  });
  const { limit, window, onExceeded } = specOf(objects, 'Budget', 'team-b-daily-tokens');
  assert.deepEqual([limit, window, onExceeded], [{ tokens: 250 }, { rolling: '720h' }, { action: 'Report' }]);
  const { keyHash, allowedModels } = specOf(objects, 'VirtualKey', 'team-b');
  assert.match(keyHash as string, /^sha256:1311f8fc/);
  assert.deepEqual(allowedModels, ['(none)'], 'an empty list allows none');
  assert.equal(
    (specOf(objects, 'AgentgatewayPolicy')['traffic'] as { apiKeyAuthentication: { mode: string } })
      .apiKeyAuthentication.mode,
    'Strict',
  );
  assert.deepEqual(find(objects, 'Secret')?.['stringData'], { Authorization: 'sk-openai' });
});

test('models: aliases, patterns, providers by reference, presets, failover and weights', () => {
  const { objects } = converted(`
llm:
  port: 4100
  providers:
  - name: claude
    provider: anthropic
    params: {apiKey: {file: ./anthropic.key}}
  models:
  - {name: smart, provider: openAI, params: {model: gpt-5.5, apiKey: $OPENAI_API_KEY, baseUrl: "https://relay.example/api/v1"}}
  - {name: anthropic/*, provider: {reference: claude}, transformation: {model: 'llmRequest.model.stripPrefix("anthropic/")'}}
  - {name: local, visibility: internal, provider: ollama, params: {hostOverride: "127.0.0.1:11434", model: llama}}
  - {name: cheap, provider: groq, params: {model: llama-4}, defaults: {temperature: 0.2}}
  virtualModels:
  - name: safe
    routing: {failover: {targets: [{model: local, priority: 1}, {model: anthropic/claude-haiku, priority: 0}]}}
  - name: mixed
    routing: {weighted: {targets: [{model: smart, weight: 3}, {model: cheap}]}}
`);
  assert.equal((specOf(objects, 'Gateway')['listeners'] as { port: number }[])[0]?.port, 4100);
  const entries = JSON.parse(find(objects, 'HTTPRoute')!.metadata.annotations!['tollgate.dev/models']!);
  assert.deepEqual(entries, [
    { name: 'smart', backend: 'smart' },
    { name: 'anthropic/*', backend: 'anthropic-any', stripPrefix: 'anthropic/' },
    { name: 'cheap', backend: 'cheap' },
    { name: 'safe', backend: 'safe' },
    { name: 'mixed', backend: 'smart', weight: 3 },
    { name: 'mixed', backend: 'cheap', weight: 1 },
  ]);
  const groups = (name: string) =>
    (specOf(objects, 'AgentgatewayBackend', name)['ai'] as { groups: { providers: object[] }[] }).groups;
  assert.deepEqual(groups('smart'), [
    {
      providers: [
        {
          name: 'provider',
          openai: { model: 'gpt-5.5' },
          host: 'relay.example',
          port: 443,
          pathPrefix: '/api',
          policies: { auth: { secretRef: { name: 'smart' } } },
        },
      ],
    },
  ]);
  const [first, second] = groups('safe').map(({ providers }) => providers[0] as Record<string, never>);
  assert.deepEqual(first?.['anthropic'], { model: 'claude-haiku' });
  assert.equal(second?.['port'], 11434);
  assert.deepEqual(find(objects, 'Secret', 'anthropic-any')?.['stringData'], {
    Authorization: 'sk-anthropic',
  });
});

test('limits and rules', () => {
  const { objects } = converted(`
llm:
  models: [{name: '*', provider: openai}]
  policies:
    authorization: {rules: ['apiKey.group == "sales"']}
    localRateLimit: [{maxTokens: 100, tokensPerFill: 60, fillInterval: 60s, type: tokens}]
    remoteRateLimit:
      host: 127.0.0.1:8081
      domain: budgets
      failureMode: failOpen
      descriptors: [{entries: [{key: user, value: apiKey.name}], type: tokens, cost: llm.totalTokens}]
`);
  assert.deepEqual(specOf(objects, 'AgentgatewayPolicy')['traffic'], {
    authorization: { action: 'Allow', policy: { matchExpressions: ['apiKey.group == "sales"'] } },
    rateLimit: {
      local: [{ tokens: 60, unit: 'Minutes', burst: 40 }],
      global: {
        url: 'http://127.0.0.1:8081',
        domain: 'budgets',
        failureMode: 'FailOpen',
        descriptors: [
          {
            entries: [{ name: 'user', expression: 'apiKey.name' }],
            unit: 'Tokens',
            cost: 'llm.totalTokens',
          },
        ],
      },
    },
  });
});

test('what is not supported is refused with its path and what comes nearest; every fault at once', () => {
  assert.deepEqual(
    faults(`
binds: []
llm:
  modls: []
  models:
  - {name: a, provider: opnai, params: {apiKey: $MISSING, basUrl: x}}
  - {name: b, provider: openai, params: {apiKey: {file: nowhere}, baseUrl: "ftp://x"}, guardrails: {}}
  - {provider: openai}
  policies:
    apiKey: {mode: sometimes, keys: [{key: a, keyHash: b}, {keyHash: x}, {key: k, budgets: [{name: n, limit: {unit: EUR, amount: 1}, window: {rolling: soon}}]}]}
    jwtAuth: {}
    localRateLimit: [{maxTokens: 10, tokensPerFill: 20, fillInterval: 7s}]
    remoteRateLimit: {service: {name: x, port: 1}, domain: d, descriptors: []}
`),
    [
      'binds is not supported: use a Gateway and HTTPRoutes',
      'llm.modls is not supported; nearest: models',
      'llm.policies.jwtAuth is not supported: nearest: apiKey',
      'llm.models[0].params.basUrl is not supported; nearest: baseUrl',
      'llm.models[0].provider "opnai" is not supported; nearest: openai, of: openai, openAI, anthropic, gemini, vertex, bedrock, azure, mistral, groq, deepseek, xai, togetherai, fireworks, openrouter, cohere, cerebras, deepinfra, perplexity, huggingface, baseten, voyage, ollama, vllm',
      'llm.models[1].guardrails is not supported: attach an AgentgatewayPolicy with promptGuard to the backend',
      'llm.models[1].params.baseUrl must be an http or https URL without a query',
      'llm.models[1].params.apiKey.file no such file: nowhere',
      'llm.models[2].name must be given',
      'llm.policies.apiKey.keys[0] must have exactly one of "key" and "keyHash"',
      'llm.policies.apiKey.keys[1].keyHash must be sha256: and 64 hexadecimal digits',
      'llm.policies.apiKey.keys[2].budgets[0].limit.unit "EUR" is not supported; nearest: USD, of: USD, usd, Tokens, tokens',
      'llm.policies.apiKey.keys[2].budgets[0].window.rolling must be a length of time: 90m, 24h, 30d',
      'llm.policies.apiKey.mode "sometimes" is not supported; nearest: strict, of: strict, Strict, optional, Optional, permissive, Permissive',
      'llm.policies.localRateLimit[0].fillInterval "7s" is not supported; nearest: 1s, 1m, 1h',
      'llm.policies.localRateLimit[0].maxTokens must be at least tokensPerFill',
      'llm.policies.remoteRateLimit.service is not supported: nearest: host',
      'llm.policies.remoteRateLimit.host must be given: host and port of the service',
      'llm.policies.remoteRateLimit.descriptors must have an entry',
    ],
  );
});

test('a credential that is missing is a fault, never an empty one; no fault tells a value', () => {
  assert.deepEqual(faults('llm: {models: [{name: a, provider: openai, params: {apiKey: $MISSING}}]}'), [
    'llm.models[0].params.apiKey the environment variable MISSING is not set',
  ]);
  const said = faults('llm: {models: [{name: a, provider: openai, params: {apiKey: [sk-secret]}}]}').join();
  assert.ok(said.length > 0 && !said.includes('sk-secret'));
});

test('documents that are none', () => {
  assert.deepEqual(faults('[]'), [
    ' must be a mapping',
    'llm must be given',
    'llm.models must have an entry that clients may ask for',
  ]);
  assert.deepEqual(faults(''), [
    'llm must be given',
    'llm.models must have an entry that clients may ask for',
  ]);
});

test('prompts and answers are recorded where the file has them in full in its database', () => {
  const model = 'llm:\n  models:\n  - {name: "*", provider: openAI, params: {apiKey: "$OPENAI_API_KEY"}}\n';
  const annotationOf = (frontend: string) =>
    find(converted(`${model}frontendPolicies: ${frontend}\n`).objects, 'HTTPRoute')!.metadata.annotations![
      'tollgate.dev/record-content'
    ];
  assert.equal(annotationOf('{accessLog: {database: {llm: full}}}'), 'prompts,answers');
  assert.equal(annotationOf('{logging: {database: {llm: full}}}'), 'prompts,answers');
  assert.equal(annotationOf('{accessLog: {database: {llm: metadata}}}'), undefined);
  assert.equal(annotationOf('{http: {}}'), undefined);
});
