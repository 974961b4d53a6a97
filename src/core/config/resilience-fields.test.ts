/** Groups, health, retries and timeouts as the resources have them: what is in force, and what the status says of the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultHealth } from '../resilience/model.ts';
import { allKinds } from '../resources/kinds.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { admit } from '../resources/validate.ts';
import { compileObjects } from './compile.fixture.ts';
import type { CompileResult } from './compile.ts';
import type { AiBackend, ProviderTarget, RouteRule } from './snapshot.ts';

let age = 0;
function object(
  kind: string,
  name: string,
  spec: object,
  annotations: Record<string, string> = {},
): KubeObject {
  const schema = allKinds.find((k) => k.kind === kind)!;
  const given = {
    apiVersion: `${schema.group}/${schema.version}`,
    kind,
    metadata: { name, namespace: 'ns', annotations },
    spec,
  } as KubeObject;
  const { strictErrors, causes, object: admitted } = admit(schema, given);
  assert.deepEqual([...strictErrors, ...causes], [], `${kind} ${name}`);
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + age++ * 1_000).toISOString();
  return { ...admitted, metadata: { ...admitted.metadata, creationTimestamp, generation: 1 } };
}

const at = (host: string) => ({ host, port: 80, openai: {} });
const backend = (ai: object, more: object = {}, annotations: Record<string, string> = {}) =>
  object('AgentgatewayBackend', 'model', { ai, ...more }, annotations);
const groups = [
  {
    providers: [
      { name: 'a', ...at('a') },
      { name: 'b', ...at('b') },
    ],
  },
  { providers: [{ name: 'c', ...at('c'), policies: { health: { eviction: { duration: '10s' } } } }] },
];
const policy = (name: string, spec: object, kind = 'AgentgatewayBackend') => {
  const group = kind === 'AgentgatewayBackend' ? 'agentgateway.dev' : 'gateway.networking.k8s.io';
  return object('AgentgatewayPolicy', name, { targetRefs: [{ group, kind, name: 'model' }], ...spec });
};

function targets(result: CompileResult): ProviderTarget[] {
  return (result.snapshot.backends['ns/model'] as AiBackend).groups.flat();
}

function accepted({ statuses }: CompileResult, name: string): string {
  const { status } = statuses.find(({ object: { metadata } }) => metadata.name === name)!;
  const { conditions, ancestors } = status as {
    conditions?: Condition[];
    ancestors?: { conditions: Condition[] }[];
  };
  const [condition] = conditions ?? ancestors![0]!.conditions;
  return `${condition!.status} ${condition!.reason}: ${condition!.message}`;
}

test('one provider that says nothing is not followed; one of several is, by default', () => {
  assert.equal(targets(compileObjects([backend({ provider: at('a') })]))[0]!.health, undefined);
  const followed = targets(compileObjects([backend({ groups })]));
  assert.deepEqual(
    followed.map(({ name, health }) => [name, health]),
    [
      ['ns/model/a', defaultHealth],
      ['ns/model/b', defaultHealth],
      ['ns/model/c', { ejectionMs: 10_000 }],
    ],
  );
});

test('health and timeouts: a provider’s own before its backend’s before a policy’s', () => {
  const health = {
    unhealthyCondition: 'response.code >= 500',
    eviction: { duration: '1m', consecutiveFailures: 2, healthThreshold: 40, restoreHealth: 0 },
  };
  const own = backend(
    { groups },
    { policies: { http: { requestTimeout: '20s' } } },
    { 'tollgate.dev/idle-timeout': '45s' },
  );
  const result = compileObjects([
    own,
    policy('slow', { backend: { health, http: { requestTimeout: '5s' }, tcp: { connectTimeout: '2s' } } }),
    policy('late', { backend: { tcp: { connectTimeout: '9s' } } }),
  ]);
  const [a, , c] = targets(result);
  assert.deepEqual(a!.health, {
    unhealthyCondition: 'response.code >= 500',
    ejectionMs: 60_000,
    consecutiveFailures: 2,
    healthThreshold: 0.4,
    restoreHealth: 0,
  });
  assert.deepEqual(c!.health, { ejectionMs: 10_000 });
  assert.deepEqual([a!.requestTimeoutMs, a!.connectTimeoutMs, a!.idleTimeoutMs], [20_000, 2_000, 45_000]);
  assert.equal(accepted(result, 'model'), 'True Accepted: Backend successfully accepted');
  assert.equal(accepted(result, 'slow'), 'True Valid: Policy accepted');
  assert.match(
    accepted(result, 'late'),
    /backend.tcp is set on the same target by the older policy ns\/slow/,
  );
});

test('weights of a group: who is not named has 1; another group goes by load', () => {
  const result = compileObjects([backend({ groups }, {}, { 'tollgate.dev/weights': ' b=0 ' })]);
  assert.deepEqual(
    targets(result).map(({ name, weight }) => [name, weight]),
    [
      ['ns/model/a', 1],
      ['ns/model/b', 0],
      ['ns/model/c', undefined],
    ],
  );
  assert.equal(accepted(result, 'model'), 'True Accepted: Backend successfully accepted');
});

test('what cannot take effect is told: in the backend’s status, or the policy’s', () => {
  const broken: [ai: object, more: object, annotations: Record<string, string>, message: RegExp][] = [
    [
      { groups },
      { policies: { health: { unhealthyCondition: 'response.code >' } } },
      {},
      /policies.health.unhealthyCondition is not a valid CEL expression/,
    ],
    [
      { groups },
      { policies: { tcp: { keepalive: { time: '5s' } } } },
      {},
      /policies.tcp.keepalive is not served by this version/,
    ],
    [{ groups }, {}, { 'tollgate.dev/idle-timeout': 'soon' }, /"soon" is not a duration/],
    [{ groups }, {}, { 'tollgate.dev/idle-timeout': '0s' }, /"0s" is not a duration/],
    [{ groups }, {}, { 'tollgate.dev/weights': 'a=3,x=1' }, /weights: there is no provider "x"/],
    [{ groups }, {}, { 'tollgate.dev/weights': 'a=3,a=1' }, /"a" has two weights/],
    [{ groups }, {}, { 'tollgate.dev/weights': 'a=-1' }, /"a=-1" is not a provider and its weight/],
    [{ groups }, {}, { 'tollgate.dev/weights': 'a=1000001' }, /is not a provider and its weight/],
    [{ groups }, {}, { 'tollgate.dev/weights': '' }, /is not a provider and its weight/],
    [{ provider: at('a') }, {}, { 'tollgate.dev/weights': 'a=1' }, /there is no provider "a"/],
  ];
  for (const [ai, more, annotations, message] of broken)
    assert.match(accepted(compileObjects([backend(ai, more, annotations)]), 'model'), message);
  const still = object('AgentgatewayBackend', 'model', {
    static: { host: 'a', port: 80 },
    policies: { health: { eviction: {} } },
  });
  assert.match(accepted(compileObjects([still]), 'model'), /health of a static backend is not served/);
  const onRoute = policy('route', { backend: { health: { eviction: {} } } }, 'HTTPRoute');
  assert.match(
    accepted(compileObjects([onRoute]), 'route'),
    /PartiallyValid: backend.health is enforced by this version on targets of kind AgentgatewayBackend only/,
  );
  const auth = policy('route', { backend: { auth: { key: 'x' } } }, 'HTTPRoute');
  assert.match(
    accepted(compileObjects([auth]), 'route'),
    /What this policy guards is refused .* backend.auth is enforced/,
  );
  const retry = policy('retry', { traffic: { retry: { condition: 'response.code ==' } } }, 'HTTPRoute');
  assert.match(
    accepted(compileObjects([retry]), 'retry'),
    /traffic.retry.condition is not a valid CEL expression/,
  );
});

function ruleOf(rule: object, policies: KubeObject[]): RouteRule {
  const result = compileObjects([
    object('GatewayClass', 'agentgateway', { controllerName: 'agentgateway.dev/agentgateway' }),
    object('Gateway', 'gateway', {
      gatewayClassName: 'agentgateway',
      listeners: [{ name: 'http', protocol: 'HTTP', port: 8080 }],
    }),
    object('HTTPRoute', 'model', { parentRefs: [{ name: 'gateway' }], rules: [rule] }),
    ...policies,
  ]);
  return result.snapshot.binds[0]!.listeners[0]!.routes[0]!.rules[0]!;
}

test('retries and timeouts of a route: the rule’s own before a policy’s', () => {
  const retry = { attempts: 3, backoff: '250ms', codes: [503], precondition: 'request.method == "POST"' };
  const fromPolicy = policy('p', { traffic: { retry, timeouts: { request: '30s' } } }, 'HTTPRoute');
  const given = ruleOf({ backendRefs: [] }, [fromPolicy]);
  assert.deepEqual(given.traffic.retry, {
    retries: 3,
    backoffMs: 250,
    codes: [503],
    precondition: 'request.method == "POST"',
  });
  assert.equal(given.traffic.requestTimeoutMs, 30_000);
  assert.equal(given.requestTimeoutMs, undefined);
  const own = ruleOf(
    { backendRefs: [], retry: { codes: [500] }, timeouts: { request: '2m', backendRequest: '10s' } },
    [fromPolicy],
  );
  assert.deepEqual(own.traffic.retry, { retries: 1, backoffMs: 100, codes: [500] });
  assert.deepEqual([own.requestTimeoutMs, own.attemptTimeoutMs], [120_000, 10_000]);
  const none = ruleOf({ backendRefs: [], timeouts: { request: '0s' } }, []);
  assert.deepEqual([none.requestTimeoutMs, none.traffic.retry], [undefined, undefined]);
});
