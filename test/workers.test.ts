/** Several data path threads behave as one: one configuration, one set of limits, one owner of each port. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

const namespace = 'agentgateway-system';

test('two threads', async (t) => {
  const world = await budgetWorld(t, ['--workers', '2']);
  const { address } = world.gateway;
  const gatewayAt = (name: string, port: number) =>
    world.cluster.apply(
      JSON.stringify({
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name, namespace },
        spec: { gatewayClassName: 'agentgateway', listeners: [{ name: 'http', protocol: 'HTTP', port }] },
      }),
    );
  const programmed = async (name: string) => {
    const { status } = (await world.cluster.get('Gateway', namespace, name)) as { status?: unknown };
    const { conditions = [] } = (status ?? {}) as {
      conditions?: { type: string; status: string; message: string }[];
    };
    return conditions.find(({ type }) => type === 'Programmed');
  };

  await t.test('a port that another program has is reported, and taken once it is free', async () => {
    // That it would share the port must not matter.
    const occupied = createServer().listen({ port: 0, host: address, reusePort: true, exclusive: true });
    t.after(() => occupied.close());
    await once(occupied, 'listening');
    const { port } = occupied.address() as AddressInfo;
    await gatewayAt('busy', port);
    await eventually(async () => {
      const condition = await programmed('busy');
      assert.equal(condition?.status, 'False');
      assert.match(condition!.message, /already in use/);
    }, 5_000);
    occupied.close();
    await eventually(async () => {
      assert.equal((await programmed('busy'))?.status, 'True');
      assert.equal((await fetch(`http://${address}:${port}/`)).status, 404);
    }, 8_000);
    await world.cluster.remove('Gateway', namespace, 'busy');
    await eventually(() => assert.rejects(fetch(`http://${address}:${port}/`)));
    await gatewayAt('busy', port);
    await eventually(async () => assert.equal((await fetch(`http://${address}:${port}/`)).status, 404));
  });

  await t.test('a change is in force in both before its status says so', async () => {
    await world.key('tg-two', {}, { owner: 'tg-two' });
    const before = await Promise.all(Array.from({ length: 40 }, () => world.ask('tg-two')));
    assert.deepEqual(new Set(before.map(({ status }) => status)), new Set([200]));
    await world.key('tg-two', { disabled: true }, { owner: 'tg-two' });
    const after = await Promise.all(Array.from({ length: 40 }, () => world.ask('tg-two')));
    assert.deepEqual(new Set(after.map(({ status }) => status)), new Set([401]));
  });

  await t.test('a local rate limit is one for both', async () => {
    await world.key('tg-local', {}, { owner: 'tg-local' });
    await world.cluster.apply(
      JSON.stringify({
        apiVersion: 'agentgateway.dev/v1alpha1',
        kind: 'AgentgatewayPolicy',
        metadata: { name: 'local', namespace },
        spec: {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'claude' }],
          traffic: { rateLimit: { local: [{ requests: 7, unit: 'Hours' }] } },
        },
      }),
    );
    await eventually(async () => {
      const policy = await world.cluster.get('AgentgatewayPolicy', namespace, 'local');
      assert.match(JSON.stringify(policy['status'] ?? {}), /"type":"Attached"|"status":"True"/);
    });
    const answers = await Promise.all(Array.from({ length: 60 }, () => world.ask('tg-local')));
    assert.equal(answers.filter(({ status }) => status === 200).length, 7);
    assert.equal(answers.filter(({ status }) => status === 429).length, 53);
  });
});
