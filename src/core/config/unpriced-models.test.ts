import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allKinds } from '../resources/kinds.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { admit } from '../resources/validate.ts';
import { compileObjects } from './compile.fixture.ts';
import { unpricedModels } from './unpriced-models.ts';

function object(kind: string, name: string, spec: object): KubeObject {
  const schema = allKinds.find((k) => k.kind === kind)!;
  const given = {
    apiVersion: `${schema.group}/${schema.version}`,
    kind,
    metadata: { name, ...(schema.namespaced && { namespace: 'ns' }) },
    spec,
  };
  const { strictErrors, causes, object: admitted } = admit(schema, given);
  assert.deepEqual([...strictErrors, ...causes], [], `${kind} ${name}`);
  return admitted;
}

const backend = (name: string, provider: object) =>
  object('AgentgatewayBackend', name, {
    ai: { provider },
    policies: { auth: { key: 'sk' }, ai: { modelAliases: { fast: 'aliased' } } },
  });
const route = (name: string, parent: string, target: string) =>
  object('HTTPRoute', name, {
    parentRefs: [{ name: parent }],
    rules: [{ backendRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: target }] }],
  });
const gateway = (name: string, port: number) =>
  object('Gateway', name, {
    gatewayClassName: 'agentgateway',
    listeners: [{ name: 'http', protocol: 'HTTP', port }],
  });

function pricedConditions(priced: string[], budgets: KubeObject[]): (Condition | undefined)[] {
  const all = [
    object('GatewayClass', 'agentgateway', { controllerName: 'agentgateway.dev/agentgateway' }),
    gateway('one', 8080),
    gateway('two', 8081),
    backend('claude', { anthropic: { model: 'claude-new' } }),
    backend('gpt', { openai: { model: 'gpt-new' } }),
    route('a', 'one', 'claude'),
    route('b', 'two', 'gpt'),
    ...budgets,
  ];
  const { statuses } = compileObjects(all, {
    isPriced: (provider, model) => priced.includes(`${provider}/${model}`),
  });
  return budgets.map((budget) => {
    const found = statuses.find((write) => write.object === budget)!.status as { conditions: Condition[] };
    assert.equal(found.conditions.find(({ type }) => type === 'Accepted')?.status, 'True');
    return found.conditions.find(({ type }) => type === 'Priced');
  });
}

test('a dollar budget’s status names the models of its Gateways’ routes that have no price', () => {
  const usd = { limit: { usd: '5.00' } };
  const [all, one, tokens] = pricedConditions(
    ['anthropic/aliased'],
    [
      object('Budget', 'all', usd),
      object('Budget', 'one', { ...usd, targetRefs: [{ name: 'one' }], onExceeded: { action: 'Report' } }),
      object('Budget', 'tokens', { limit: { tokens: 5 } }),
    ],
  );
  assert.deepEqual([all?.status, all?.reason], ['False', 'ModelsWithoutPrice']);
  assert.equal(
    all?.message,
    'No price for anthropic/claude-new, openai/aliased, openai/gpt-new: calls to them that it selects are refused',
  );
  assert.equal(one?.message, 'No price for anthropic/claude-new: calls to them are not counted');
  assert.equal(tokens, undefined);
});

test('where every model has a price the status says that', () => {
  const priced = ['anthropic/claude-new', 'anthropic/aliased', 'openai/gpt-new', 'openai/aliased'];
  const [condition] = pricedConditions(priced, [object('Budget', 'all', { limit: { usd: '5.00' } })]);
  assert.deepEqual([condition?.status, condition?.reason], ['True', 'AllPriced']);
});

test('routes by model: the model behind a name, or the name itself; what patterns let through is not known', () => {
  const target = (provider: string, model?: string) => ({
    provider,
    modelAliases: {},
    ...(model && { model }),
  });
  const ai = (...targets: object[]) => ({ type: 'ai', groups: [targets] });
  const backends = {
    smart: ai(target('openai', 'gpt-5.5')),
    open: ai(target('custom')),
    any: ai(target('gemini')),
  };
  const models = [
    { name: 'smart', backend: 'smart' },
    { name: 'a/gemma3', backend: 'open', stripPrefix: 'a/' },
    { name: 'gemini-*', backend: 'any' },
  ];
  const listeners = [{ gateway: 'ns/g', routes: [{ rules: [{ backends: [], models }] }] }];
  const snapshot = { binds: [{ port: 1, listeners }], backends } as unknown as Parameters<
    typeof unpricedModels
  >[0];
  assert.deepEqual(
    unpricedModels(snapshot, 'ns/g', () => false),
    ['custom/gemma3', 'openai/gpt-5.5'],
  );
  assert.deepEqual(
    unpricedModels(snapshot, 'ns/other', () => false),
    [],
  );
});
