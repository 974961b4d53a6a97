/** agentgateway's documented examples load unchanged; what is not supported is refused with its path. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type CompileResult, compileConfiguration } from '../config/compile.ts';
import type { AiBackend } from '../config/snapshot.ts';
import type { KubeObject } from '../resources/object.ts';
import { convertStandalone, type Standalone } from './convert.ts';
import { nearest } from './nearest.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function convert(yaml: string, env: Record<string, string> = { OPENAI_API_KEY: 'sk-openai' }): Standalone {
  return convertStandalone(parse(yaml), {
    sha256,
    env: (name) => env[name],
    readFile: (path) => {
      if (path !== 'key.txt') throw new Error('no such file');
      return 'sk-of-a-file\n';
    },
  });
}

function compiled(yaml: string, env?: Record<string, string>): CompileResult {
  const { objects, faults } = convert(yaml, env);
  assert.deepEqual(faults, []);
  const groupOf = ({ apiVersion }: KubeObject) => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  const result = compileConfiguration(
    { list: (group, kind) => objects.filter((o) => o.kind === kind && groupOf(o) === group) },
    {
      generation: 1,
      nowRfc3339: '2026-11-25T00:00:00Z',
      sha256,
      providerUrls: {},
      address: '127.0.0.1',
      bindErrors: {},
    },
  );
  for (const { object, status } of result.statuses)
    for (const { type, status: value, message } of conditionsIn(status))
      assert.notEqual(value, 'False', `${object.kind} ${object.metadata.name} ${type}: ${message}`);
  return result;
}

function conditionsIn(status: unknown): { type: string; status: string; message: string }[] {
  if (typeof status !== 'object' || status === null) return [];
  const { conditions = [], ...rest } = status as {
    conditions?: { type: string; status: string; message: string }[];
  };
  return [
    ...conditions,
    ...Object.values(rest).flatMap((one) =>
      Array.isArray(one) ? one.flatMap(conditionsIn) : conditionsIn(one),
    ),
  ].filter(({ type }) => type !== 'Conflicted' && type !== 'OverlappingTLSConfig');
}

const budgets = `
config:
  database: {url: "sqlite://budgets.db"}
  modelCatalog: [{file: ./catalog.json}]
llm:
  policies:
    apiKey:
      mode: strict
      keys:
      - key: sk-team-a-abc123def456
        metadata: {name: team-a}
        allowedModels: ["gpt-5*"]
        budgets:
        - name: daily-spend
          limit: {unit: USD, amount: 0.008}
          window: {rolling: 24h}
          onBudgetExceeded: Block
      - keyHash: sha256:${sha256('sk-team-b')}
        metadata: {name: team-b, cost center: R&D}
        allowedModels: []
        budgets:
        - {name: tokens, limit: {unit: Tokens, amount: 250}, window: {rolling: 30d}, onBudgetExceeded: Audit}
  models:
  - name: "*"
    provider: openAI
    params: {apiKey: "$OPENAI_API_KEY"}
`;

test('keys, their models and their budgets become VirtualKeys and Budgets', () => {
  const { snapshot } = compiled(budgets);
  assert.equal(snapshot.binds[0]?.port, 4_000);
  const [rule] = snapshot.binds[0]!.listeners[0]!.routes[0]!.rules;
  assert.equal(rule?.traffic.apiKey?.mode, 'Strict');
  const keys = snapshot.keySets['VirtualKeys/standalone/llm']!.keys;
  assert.deepEqual(
    keys.map(({ id, sha256: hash, terms }) => [
      id,
      hash,
      terms!.owner,
      terms!.allowedModels,
      terms!.allowedRoutes,
    ]),
    [
      ['VirtualKey/standalone/team-a', sha256('sk-team-a-abc123def456'), 'team-a', ['gpt-5*'], []],
      ['VirtualKey/standalone/team-b', sha256('sk-team-b'), 'team-b', [], ['standalone/no-route']],
    ],
  );
  const [spend, tokens] = snapshot.budgets;
  assert.deepEqual(
    [spend!.name, spend!.unit, spend!.limit, spend!.window, spend!.hard, spend!.onExceeded],
    [
      'standalone/team-a-daily-spend',
      'usd',
      8_000_000,
      { type: 'calendar', period: 'Day', timeZone: 'UTC' },
      false,
      { type: 'Reject' },
    ],
  );
  assert.deepEqual(
    [tokens!.limit, tokens!.window, tokens!.onExceeded],
    [250, { type: 'rolling', seconds: 30 * 86_400 }, { type: 'Report' }],
  );
  assert.deepEqual(spend!.labels, { matchLabels: { 'tollgate.dev/standalone-key': 'team-a' } });
  const { catalogs, warnings } = convert(budgets);
  assert.deepEqual(catalogs, ['./catalog.json']);
  assert.deepEqual(
    warnings.map(({ path }) => path),
    ['config.database', 'llm.policies.apiKey.keys[1].budgets[0].window.rolling'],
  );
});

const models = `
gateways: {default: {port: 3000}}
llm:
  providers:
  - name: shared
    provider: anthropic
    params: {model: claude-haiku-4-5, apiKey: {file: key.txt}, baseUrl: "http://127.0.0.1:9000/v1", tokenize: true}
    defaults: {defaults: {max_tokens: 100}, transformation: {model: 'llmRequest.model.stripPrefix("anthropic/")'}}
  models:
  - {name: smart, provider: openAI, params: {model: gpt-5.5, apiKey: "\${OPENAI_API_KEY}"}}
  - name: anthropic/*
    provider: {reference: shared}
    params: {model: null}
    overrides: {temperature: 0}
  - {name: 'ollama/*', provider: ollama, transformation: {model: 'llmRequest.model.stripPrefix("ollama/")'}}
  - name: own
    provider: {custom: {formats: [{type: completions}, {type: messages, path: /m}]}}
    params: {baseUrl: "https://llm.example.com/v1"}
    auth: {key: {value: sk-own}}
  - {name: fast, provider: groq}
  - {name: az, provider: azure, params: {azureResourceName: res, azureResourceType: foundry, azureProjectName: p, apiKey: k}}
`;

test('models and shared providers become targets that are chosen by the model asked for', () => {
  const env = { OPENAI_API_KEY: 'sk-openai', GROQ_API_KEY: 'sk-groq' };
  const { snapshot } = compiled(models, env);
  assert.equal(snapshot.binds[0]?.port, 3_000);
  const backend = snapshot.backends['standalone/llm'] as AiBackend;
  assert.equal(backend.refusal, undefined);
  const targets = backend.groups.flat();
  const key = (value: string) => ({ type: 'key', value, location: undefined });
  assert.deepEqual(
    targets.map(({ asked, provider, origin, model, credential }) => [
      asked,
      provider,
      origin,
      model,
      credential,
    ]),
    [
      ['smart', 'openai', 'https://api.openai.com', 'gpt-5.5', key('sk-openai')],
      ['anthropic/*', 'anthropic', 'http://127.0.0.1:9000', 'claude-haiku-4-5', key('sk-of-a-file')],
      ['ollama/*', 'custom', 'http://127.0.0.1:11434', undefined, undefined],
      ['own', 'custom', 'https://llm.example.com:443', undefined, key('sk-own')],
      ['fast', 'custom', 'https://api.groq.com:443', undefined, key('sk-groq')],
      ['az', 'azure', 'https://res.services.ai.azure.com', undefined, key('k')],
    ],
  );
  assert.deepEqual(targets[1]!.defaults, [{ field: 'max_tokens', value: 100 }]);
  assert.deepEqual(targets[1]!.overrides, [{ field: 'temperature', value: 0 }]);
  assert.equal(targets[1]!.stripModelPrefix, 'anthropic/');
  assert.equal(targets[1]!.pathPrefix, '/v1');
  assert.equal(targets[2]!.stripModelPrefix, 'ollama/');
  assert.equal(backend.routes['/messages'], 'Messages');
});

test('rate limits become those of the policy on the Gateway, with buckets that fill at any interval', () => {
  const { snapshot } = compiled(`
llm:
  port: 4100
  models: [{name: '*', provider: ollama}]
  policies:
    localRateLimit:
    - {type: tokens, fillInterval: 10s, tokensPerFill: 10, maxTokens: 100}
    - {fillInterval: 1m, tokensPerFill: 5, maxTokens: 5}
    remoteRateLimit:
      domain: agentgateway
      host: "127.0.0.1:8081"
      failureMode: failOpen
      descriptors:
      - {entries: [{key: user, value: apiKey.name}], type: tokens, cost: llm.totalTokens}`);
  const { traffic } = snapshot.binds[0]!.listeners[0]!.routes[0]!.rules[0]!;
  assert.equal(traffic.apiKey, undefined);
  const [entry] = traffic.localRateLimit!.entries;
  assert.deepEqual(
    entry!.value.map(({ counts, limit, burst, unitSeconds }) => [counts, limit, burst, unitSeconds]),
    [
      ['Tokens', 10, 90, 10],
      ['Requests', 5, 0, 60],
    ],
  );
  const global = traffic.globalRateLimit!.entries[0]!.value;
  assert.deepEqual(
    [global.domain, global.failureMode, global.descriptors[0]],
    [
      'agentgateway',
      'FailOpen',
      {
        entries: [{ name: 'user', expression: 'apiKey.name' }],
        counts: 'Tokens',
        costExpression: 'llm.totalTokens',
      },
    ],
  );
  assert.deepEqual(global.service, {
    type: 'remote',
    name: 'http://127.0.0.1:8081',
    addresses: ['127.0.0.1:8081'],
    tls: false,
  });
});

test('what is not supported or wrong is refused with its path, and nothing of the file is taken', () => {
  const model = '{name: "*", provider: ollama}';
  for (const [yaml, path, message] of [
    ['[]', '', /must be a map/],
    ['{}', 'llm', /must be set/],
    ['{llm: {}}', 'llm.models', /one at least/],
    [`{llm: {models: [${model}], port: "x"}}`, 'llm.port', /whole number/],
    [`{llm: {models: [${model}], prots: 4}}`, 'llm.prots', /nearest field that is: port/],
    [`{llm: {models: [${model}], virtualModels: []}}`, 'llm.virtualModels', /not supported here/],
    [`{llm: {models: [${model}]}, mcp: {}}`, 'mcp', /not supported here/],
    [`{llm: {models: [${model}]}, config: {tracing: {}}}`, 'config.tracing', /not supported here/],
    [`{llm: {models: [${model}], gateways: [x]}}`, 'llm.gateways', /no gateway is named "x"/],
    [`{llm: {models: [${model}, ${model}]}}`, 'llm.models[1].name', /another model has this name/],
    [
      '{llm: {models: [{name: "a*b", provider: ollama}]}}',
      'llm.models[0].name',
      /one \*, at its begin or end/,
    ],
    ['{llm: {models: [{name: a, provider: openia}]}}', 'llm.models[0].provider', /nearest: openai/],
    ['{llm: {models: [{name: a, provider: {reference: x}}]}}', 'llm.models[0].provider.reference', /"x"/],
    [
      '{llm: {models: [{name: a, provider: openAI}]}}',
      'llm.models[0].params.apiKey',
      /OPENAI_API_KEY in the environment/,
    ],
    [
      '{llm: {models: [{name: a, provider: openAI, params: {apiKey: $NO}}]}}',
      'llm.models[0].params.apiKey',
      /NO is not set/,
    ],
    [
      '{llm: {models: [{name: a, provider: openAI, params: {apikey: k}}]}}',
      'llm.models[0].params.apikey',
      /apiKey/,
    ],
    [
      '{llm: {models: [{name: a, provider: ollama, params: {baseUrl: "ftp://x"}}]}}',
      'llm.models[0].params.baseUrl',
      /http/,
    ],
    [
      '{llm: {models: [{name: a, provider: ollama, params: {baseUrl: "https://x:8443"}}]}}',
      'llm.models[0].params.baseUrl',
      /443/,
    ],
    [
      '{llm: {models: [{name: a, provider: ollama, guardrails: {}}]}}',
      'llm.models[0].guardrails',
      /not supported/,
    ],
    [
      '{llm: {models: [{name: a, provider: ollama, transformation: {model: "x()"}}]}}',
      'llm.models[0].transformation.model',
      /stripPrefix/,
    ],
    [`{llm: {models: [${model}], policies: {jwtAuth: {}}}}`, 'llm.policies.jwtAuth', /not supported/],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [{key: ""}]}}}}`,
      'llm.policies.apiKey.keys[0].key',
      /empty/,
    ],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [{keyHash: x}]}}}}`,
      'llm.policies.apiKey.keys[0].keyHash',
      /sha256/,
    ],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [{key: a}, {key: a}]}}}}`,
      'llm.policies.apiKey.keys[1].key',
      /same value/,
    ],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [], mode: Strict}}}}`,
      'llm.policies.apiKey.mode',
      /nearest: strict/,
    ],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [{key: a, budgets: [{name: b, limit: {unit: EUR, amount: 1}, window: {rolling: 1h}}]}]}}}}`,
      'llm.policies.apiKey.keys[0].budgets[0].limit.unit',
      /nearest: USD/,
    ],
    [
      `{llm: {models: [${model}], policies: {apiKey: {keys: [{key: a, budgets: [{name: b, limit: {unit: Tokens, amount: 1.5}, window: {rolling: 1h}}]}]}}}}`,
      'llm.policies.apiKey.keys[0].budgets[0].limit.amount',
      /whole number/,
    ],
    [
      `{llm: {models: [${model}], policies: {remoteRateLimit: {domain: d, host: "h:1", descriptors: [{entries: [{key: k, value: "a +"}]}]}}}}`,
      'llm.policies.remoteRateLimit.descriptors[0].entries[0].value',
      /not a valid CEL expression/,
    ],
    [
      `{llm: {models: [${model}], policies: {localRateLimit: [{tokensPerFill: 1, fillInterval: 500ms}]}}}`,
      'llm.policies.localRateLimit[0].fillInterval',
      /whole seconds/,
    ],
    [
      `{llm: {models: [${model}], policies: {remoteRateLimit: {domain: d, service: {name: x, port: 1}, descriptors: []}}}}`,
      'llm.policies.remoteRateLimit.service',
      /nearest field/,
    ],
  ] as const) {
    const { faults, objects } = convert(yaml, {});
    assert.deepEqual(objects, [], yaml);
    const found = faults.find((fault) => fault.path === path);
    assert.ok(found, `${yaml}: ${JSON.stringify(faults)}`);
    assert.match(found.message, message);
  }
});

test('no value of a key is ever in a fault, and names stay when other keys come and go', () => {
  const of = (keys: string) =>
    convert(`{llm: {models: [{name: "*", provider: ollama}], policies: {apiKey: {keys: [${keys}]}}}}`);
  const { faults } = of(
    '{key: sk-secret-value, keyHash: sk-secret-value, budgets: 5}, {key: [sk-secret-value]}',
  );
  assert.ok(faults.length > 2 && !JSON.stringify(faults).includes('sk-secret'));
  const names = (keys: string) =>
    of(keys)
      .objects.filter(({ kind }) => kind === 'VirtualKey')
      .map(({ metadata }) => metadata.name);
  const [plain] = names('{key: sk-b}');
  assert.deepEqual(names('{key: sk-a}, {key: sk-b}')[1], plain);
  const twice = names('{key: sk-a, metadata: {name: team}}, {key: sk-b, metadata: {name: team}}');
  assert.equal(new Set(twice).size, 2);
});

test('the nearest name is the one with the fewest changes', () => {
  assert.equal(nearest('alowedModel', ['key', 'allowedModels', 'metadata']), 'allowedModels');
  assert.equal(nearest('APIKEY', ['apiKey', 'model']), 'apiKey');
  assert.equal(nearest('x', []), '');
});
