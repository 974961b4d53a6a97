import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { RequestRecord } from '../core/record.ts';
import { AttemptMetrics } from './attempt-metrics.ts';

const record = {
  id: '1',
  startedAtMs: 1_000,
  durationMs: 40,
  bind: '8080',
  gateway: 'ns/gateway',
  listener: 'http',
  route: 'ns/route',
  routeRule: '0',
  backend: 'ns/model',
  sourceAddress: '',
  method: 'POST',
  host: '',
  path: '/',
  httpVersion: 'HTTP/1.1',
  status: 200,
  protocol: 'llm',
  decisions: [],
  responseBytes: 0,
  attempts: [
    {
      provider: 'ns/model/a',
      startedAfterMs: 1,
      durationMs: 9,
      status: 500,
      outcome: 'refused',
      ejectedMs: 3_000,
    },
    { provider: 'ns/model/b', startedAfterMs: 10, durationMs: 30, status: 200, outcome: 'ok' },
  ],
} satisfies RequestRecord;

test('attempts, retries and ejections by provider; who is out now', async () => {
  let nowMs = 2_000;
  const registry = new Registry();
  const metrics = new AttemptMetrics(registry, () => nowMs);
  metrics.observe(record);
  metrics.observe({ ...record, attempts: undefined });
  const lines = async () =>
    (await registry.metrics()).split('\n').filter((line) => /^[a-z].* \d+$/.test(line));
  const of = 'backend="ns/model",provider="ns/model/a"';
  assert.deepEqual(await lines(), [
    `agentgateway_upstream_attempts_total{${of},outcome="refused"} 1`,
    'agentgateway_upstream_attempts_total{backend="ns/model",provider="ns/model/b",outcome="ok"} 1',
    'agentgateway_retries_total{backend="ns/model",bind="8080",gateway="ns/gateway",listener="http",route="ns/route",route_rule="0"} 1',
    `agentgateway_upstream_ejections_total{${of}} 1`,
    `agentgateway_upstream_ejected{${of}} 1`,
  ]);
  nowMs = 4_010;
  assert.equal((await lines()).at(-1), `agentgateway_upstream_ejected{${of}} 0`);
});
