/** Clients against the gateway: a key of its own for each, and what it saw, the provider reported and the ledger says compared. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { RequestRecord } from '../../src/core/record.ts';
import { type BudgetWorld, budgetWorld } from './budget-world.ts';
import { eventually } from './eventually.ts';

export interface Tokens {
  input: number;
  output: number;
}

export interface Accounted {
  records: RequestRecord[];
  tokens: Tokens;
}

/** Whoever answers and says how many tokens it reported so far. */
type Reporter = { usage(): Promise<{ requests: number; inputTokens: number; outputTokens: number }> };

export interface ClientWorld extends BudgetWorld {
  /** `http://host:port`, what a client is pointed at. */
  url: string;
  /** What the calls of `use` are in the ledger: as many as the provider answered, with just the tokens that it reported. */
  accounted(key: string, use: () => Promise<void>, reporter?: Reporter): Promise<Accounted>;
}

export async function clientWorld(t: TestContext, extraArgs: string[] = []): Promise<ClientWorld> {
  const world = await budgetWorld(t, extraArgs);
  return Object.assign(world, {
    url: `http://${world.gateway.address}:8080`,
    accounted: (key: string, use: () => Promise<void>, reporter: Reporter = world.provider) =>
      accounted(world, key, use, reporter),
  });
}

async function accounted(
  world: BudgetWorld,
  key: string,
  use: () => Promise<void>,
  reporter: Reporter,
): Promise<Accounted> {
  await world.key(key);
  const before = await reporter.usage();
  await use();
  const after = await reporter.usage();
  const answers = after.requests - before.requests;
  const told = {
    input: after.inputTokens - before.inputTokens,
    output: after.outputTokens - before.outputTokens,
  };
  let records: RequestRecord[] = [];
  await eventually(async () => {
    records = (await world.calls(`user=${key}`)).filter(({ llm }) => isAnswer(llm?.operation));
    assert.equal(records.length, answers);
  });
  const tokens = sum(records);
  assert.deepEqual(tokens, told);
  assert.ok(records.every(({ llm }) => llm?.usage?.estimated === false));
  return { records: records.reverse(), tokens };
}

/** A second backend with an OpenAI provider, below `/openai`; without `routes` its paths mean what they usually do. */
export async function addOpenAiRoute(world: BudgetWorld, routes?: Record<string, string>): Promise<void> {
  const namespace = 'agentgateway-system';
  const policies = { auth: { key: 'sk-upstream' }, ...(routes && { ai: { routes } }) };
  const backend = {
    apiVersion: 'agentgateway.dev/v1alpha1',
    kind: 'AgentgatewayBackend',
    metadata: { name: 'openai', namespace },
    spec: { ai: { provider: { openai: {} } }, policies },
  };
  const path = { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' };
  const rule = {
    matches: [{ path: { type: 'PathPrefix', value: '/openai' } }],
    filters: [{ type: 'URLRewrite', urlRewrite: { path } }],
    backendRefs: [{ name: 'openai', group: 'agentgateway.dev', kind: 'AgentgatewayBackend' }],
  };
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'openai', namespace },
    spec: { parentRefs: [{ name: 'agentgateway-route' }], rules: [rule] },
  };
  for (const object of [backend, route]) await world.cluster.apply(JSON.stringify(object));
  await eventually(async () => assert.notEqual((await world.ask('nobody', {}, '/openai')).status, 404));
}

const isAnswer = (operation: string | undefined) =>
  operation !== undefined && operation !== 'count_tokens' && operation !== 'models';

function sum(records: readonly RequestRecord[]): Tokens {
  let [input, output] = [0, 0];
  for (const { llm } of records) {
    input += llm?.usage?.inputTokens ?? 0;
    output += llm?.usage?.outputTokens ?? 0;
  }
  return { input, output };
}
