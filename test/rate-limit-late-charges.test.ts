import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';
import { startRateLimitServer } from '../src/rls/server.ts';
import { budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/free-port.ts';

test('what a remote rate limit service could not take is told in the metrics and delivered once it is there', async (t) => {
  const world = await budgetWorld(t);
  await world.key('tg-late', {}, { owner: 'tg-late' });
  const port = await freePort();
  const metadata = { name: 'remote-limit', namespace: 'agentgateway-system' };
  await world.cluster.apply(
    JSON.stringify({
      apiVersion: 'agentgateway.dev/v1alpha1',
      kind: 'AgentgatewayPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'claude' }],
        traffic: {
          rateLimit: {
            global: {
              domain: 'remote',
              url: `http://127.0.0.1:${port}`,
              failureMode: 'FailOpen',
              descriptors: [{ entries: [{ name: 'who', expression: '"everyone"' }], unit: 'Tokens' }],
            },
          },
        },
      },
    }),
  );
  const metric = async (name: string) => {
    const text = await (await fetch(`http://${world.gateway.address}:15020/metrics`)).text();
    return Number(new RegExp(`^tollgate_rate_limit_charges_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  assert.equal(await metric('waiting'), 0);
  await eventually(async () => {
    assert.equal((await world.ask('tg-late')).status, 200);
    assert.ok((await metric('waiting')) > 0);
  });
  const waiting = await metric('waiting');
  assert.ok((await metric('oldest_seconds')) > 0);
  const taken: RateLimitRequest[] = [];
  const server = await startRateLimitServer({
    host: '127.0.0.1',
    port,
    service: {
      shouldRateLimit: (request) => {
        taken.push(request);
        return { overallCode: 'OK', statuses: [], responseHeadersToAdd: [] };
      },
    },
  });
  t.after(() => server.close());
  // Tried again every five seconds.
  await eventually(async () => assert.equal(await metric('waiting'), 0), 20_000);
  assert.ok((await metric('delivered_late_total')) >= waiting);
  assert.equal(await metric('oldest_seconds'), 0);
  assert.ok(taken.length >= waiting);
  for (const { domain, descriptors } of taken) {
    assert.equal(domain, 'remote');
    assert.deepEqual(descriptors[0]!.entries, [{ key: 'who', value: 'everyone' }]);
    assert.ok(descriptors[0]!.hitsAddend! > 0);
  }
});
