/** Failover through the real program: two providers of different dialects, a hard budget, the ledger, the metrics. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { RequestRecord } from '../src/core/record.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

type Behaviour = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const namespace = 'agentgateway-system';
const [first, second] = ['failover/claude', 'failover/gpt'].map((name) => `${namespace}/${name}`);

async function provider(t: TestContext) {
  const made = {
    calls: 0,
    port: 0,
    bodies: [] as Record<string, unknown>[],
    behave: (() => undefined) as Behaviour,
  };
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    made.calls++;
    made.bodies.push(JSON.parse(body) as Record<string, unknown>);
    made.behave(incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  made.port = (server.address() as AddressInfo).port;
  return made;
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Behaviour =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
    outgoing.end(JSON.stringify(body));
  };
const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'busy' } };
const completion = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5.1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
};

function objects(claude: number, gpt: number): object[] {
  const agentgateway = { apiVersion: 'agentgateway.dev/v1alpha1' };
  const auth = { secretRef: { name: 'anthropic-secret' } };
  return [
    {
      ...agentgateway,
      kind: 'AgentgatewayBackend',
      metadata: { name: 'failover', namespace },
      spec: {
        ai: {
          groups: [
            {
              providers: [
                { name: 'claude', host: '127.0.0.1', port: claude, anthropic: { model: 'claude-sonnet-5' } },
              ],
            },
            { providers: [{ name: 'gpt', host: '127.0.0.1', port: gpt, openai: { model: 'gpt-5.1' } }] },
          ],
        },
        policies: { auth },
      },
    },
    {
      ...agentgateway,
      kind: 'AgentgatewayPolicy',
      metadata: { name: 'failover-health', namespace },
      spec: {
        targetRefs: [{ group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: 'failover' }],
        backend: { health: { eviction: { consecutiveFailures: 10, duration: '3s' } } },
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'failover', namespace },
      spec: {
        parentRefs: [{ name: 'agentgateway-route', namespace }],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/failover' } }],
            backendRefs: [
              { group: 'agentgateway.dev', kind: 'AgentgatewayBackend', name: 'failover', namespace },
            ],
            retry: { attempts: 2, backoff: '10ms' },
          },
        ],
      },
    },
  ];
}

test('failover', async (t) => {
  const [claude, gpt] = [await provider(t), await provider(t)];
  gpt.behave = json(200, completion);
  const world = await budgetWorld(t);
  for (const object of objects(claude.port, gpt.port)) await world.cluster.apply(JSON.stringify(object));
  await eventually(async () => {
    const answer = await fetch(`http://${world.gateway.address}:8080/failover`, { method: 'POST' });
    await answer.text();
    assert.equal(answer.status, 401);
  });
  const start = async (owner: string, tokens: number) => {
    await world.key(owner, {}, { owner });
    await world.budget(owner, { selector: { matchLabels: { owner } }, limit: { tokens } });
  };

  await t.test('another provider answers, in another dialect; both attempts are in the ledger', async () => {
    await start('tg-failover', 100_000);
    claude.behave = json(529, overloaded);
    const answer = await world.ask('tg-failover', {}, '/failover');
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.text).choices[0].message.content, 'Hello');
    const call = await lastCall(world, 'tg-failover', 1);
    assert.deepEqual(
      call.attempts!.map(({ provider, status, outcome }) => [provider, status, outcome]),
      [
        [first, 529, 'refused'],
        [second, 200, 'ok'],
      ],
    );
    assert.equal(call.llm!.usage!.inputTokens + call.llm!.usage!.outputTokens, 15);
    assert.ok(call.llm!.costNano! > 0);
    assert.deepEqual(await counters(world, 'tg-failover'), { used: 15, held: 0 });
  });

  await t.test('an attempt that may have used tokens is charged with the one that answered', async () => {
    claude.behave = (incoming) => incoming.socket.destroy();
    assert.equal((await world.ask('tg-failover', {}, '/failover')).status, 200);
    const { attempts, llm } = await lastCall(world, 'tg-failover', 2);
    const [lost, ok] = attempts!;
    assert.equal(lost!.usage!.estimated, true);
    const sum = lost!.usage!.inputTokens + lost!.usage!.outputTokens + 15;
    assert.equal(llm!.usage!.inputTokens + llm!.usage!.outputTokens, sum);
    assert.equal(llm!.costNano, lost!.costNano! + ok!.costNano!);
    assert.deepEqual(await counters(world, 'tg-failover'), { used: 15 + sum, held: 0 });
  });

  await t.test('a hard budget stays hard: the next attempt gets at most what the lost one left', async () => {
    await start('tg-tight', 1_000);
    const before = gpt.bodies.length;
    assert.equal((await world.ask('tg-tight', {}, '/failover')).status, 200);
    const [asked] = claude.bodies.slice(-1);
    const [left] = gpt.bodies.slice(before);
    const granted = asked!['max_tokens'] as number;
    const then = (left!['max_completion_tokens'] ?? left!['max_tokens']) as number;
    assert.ok(granted < 1_000 && then <= granted, `${granted}, then ${then}`);
    const call = await lastCall(world, 'tg-tight', 1);
    const lost = call.attempts![0]!.usage!;
    assert.ok(lost.inputTokens > 0);
    assert.ok(then + lost.inputTokens + lost.outputTokens <= 1_000);
    assert.equal((await counters(world, 'tg-tight')).held, 0);
  });

  await t.test('a key that may not use the other model gets the failure', async () => {
    await world.key('tg-claude-only', { allowedModels: ['claude-*'] });
    claude.behave = json(529, overloaded);
    const before = gpt.calls;
    const asked = claude.calls;
    assert.equal((await world.ask('tg-claude-only', {}, '/failover')).status, 529);
    assert.equal(gpt.calls, before);
    assert.equal(claude.calls, asked + 3);
  });

  await t.test('who says when to come back is left alone, and the metrics say so', async () => {
    claude.behave = json(429, overloaded, { 'retry-after': '300' });
    assert.equal((await world.ask('tg-failover', {}, '/failover')).status, 200);
    const asked = claude.calls;
    assert.equal((await world.ask('tg-failover', {}, '/failover')).status, 200);
    assert.equal(claude.calls, asked);
    await eventually(async () => {
      const metrics = await (await fetch(`http://${world.gateway.address}:15020/metrics`)).text();
      const value = (line: RegExp) =>
        Number(
          metrics
            .split('\n')
            .find((l) => line.test(l))
            ?.split(' ')
            .at(-1),
        );
      assert.equal(value(/^agentgateway_upstream_ejected\{.*failover\/claude/), 1);
      assert.equal(value(/^agentgateway_upstream_ejections_total\{.*failover\/claude/), 1);
      assert.ok(value(/^agentgateway_retries_total\{.*failover/) >= 6);
      assert.ok(value(/^agentgateway_upstream_attempts_total\{.*failover\/gpt",outcome="ok"/) >= 5);
    });
    assert.match(world.gateway.output(), /tollgate\.attempts="agentgateway-system\/failover\/claude: 529, /);
  });
});

/** The newest of so many. */
async function lastCall(world: BudgetWorld, user: string, count: number): Promise<RequestRecord> {
  let calls: RequestRecord[] = [];
  await eventually(async () => {
    calls = await world.calls(`user=${user}`);
    assert.equal(calls.length, count);
  });
  return calls[0]!;
}

async function counters(world: BudgetWorld, budget: string): Promise<{ used: number; held: number }> {
  const read = async (kind: string) => {
    const prefix = encodeURIComponent(`${kind}|${namespace}/${budget}|`);
    const { counters } = await world.admin<{ counters: { value: number }[] }>(`counters?prefix=${prefix}`);
    return counters.reduce((sum, { value }) => sum + value, 0);
  };
  return { used: await read('budget'), held: await read('held') };
}
