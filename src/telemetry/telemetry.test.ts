import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { noUsage } from '../core/llm/usage.ts';
import type { RequestRecord } from '../core/record.ts';
import { accessLogLine } from './access-log.ts';
import { BoundedLabel } from './bounded-label.ts';
import { GatewayMetrics } from './metrics.ts';
import { startReadyServer } from './probe-servers.ts';

const record: RequestRecord = {
  id: 'mi9x2k40-7f3a1-1',
  startedAtMs: Date.parse('2026-11-23T15:46:41.559Z'),
  durationMs: 9.2,
  bind: '8080',
  gateway: 'default/default',
  listener: 'http',
  route: 'default/claude',
  routeRule: '0',
  backend: 'default/anthropic',
  endpoint: '127.0.0.1:19001',
  sourceAddress: '127.0.0.1:49652',
  method: 'POST',
  host: '127.0.0.1',
  path: '/anthropic',
  httpVersion: 'HTTP/1.1',
  status: 200,
  protocol: 'llm',
  key: { id: 'Secret/default/keys/mike', user: 'mike', metadata: {}, labels: {} },
  llm: {
    operation: 'chat',
    provider: 'anthropic',
    requestModel: 'claude-sonnet-5',
    responseModel: 'claude-sonnet-5',
    streaming: false,
    maxTokens: 200,
    usage: { ...noUsage, inputTokens: 40, outputTokens: 80 },
  },
  decisions: [],
  responseBytes: 10,
};

test("the access log has agentgateway's fields in its order, and the key and its user", () => {
  const recorded = readFileSync(
    join(import.meta.dirname, '../../testdata/http-bytes/01-good.accesslog'),
    'utf8',
  ).trim();
  const names = (line: string) =>
    line
      .split(' ')
      .slice(1)
      .map((field) => field.split('=')[0]);
  const ours = accessLogLine(record);
  assert.match(ours, /^2026-11-23T15:46:41\.559Z\tinfo\trequest gateway=default\/default /);
  assert.deepEqual(
    names(ours.trim()).filter((name) => name !== 'key' && name !== 'user'),
    names(recorded),
  );
  assert.match(ours, / key=Secret\/default\/keys\/mike user=mike /);
});

test('what a client sends can not forge a field or a line', () => {
  const line = accessLogLine({ ...record, path: '/a\n2026 info request user=root', host: 'x user="root"' });
  assert.equal(line.split('\n').length, 2);
  assert.doesNotMatch(line, / user=root| user="root"/);
});

test('metrics: names, labels, and a bounded number of users', async () => {
  const metrics = new GatewayMetrics();
  metrics.observe(record);
  for (let i = 0; i < 600; i++)
    metrics.observe({ ...record, key: { id: 'k', user: `u${i}`, metadata: {}, labels: {} } });
  const text = await metrics.registry.metrics();
  const has = (pattern: RegExp) => assert.ok(pattern.test(text), `no line like ${pattern}`);
  has(/agentgateway_gen_ai_client_token_usage_sum\{[^}]*user="mike"[^}]*gen_ai_token_type="input"[^}]*\} 40/);
  has(/agentgateway_requests_total\{[^}]*status="200"[^}]*route="default\/claude"/);
  has(/user="other"/);
  assert.ok(new Set(text.match(/user="[^"]*"/g)).size <= 101);
});

test('a label beyond its bound is other', () => {
  const label = new BoundedLabel(1);
  assert.deepEqual(
    [label.of('a'), label.of('b'), label.of('a'), label.of(undefined)],
    ['a', 'other', 'a', ''],
  );
});

test('readiness tells what it waits for', async (t) => {
  const pending = ['configuration'];
  const server = await startReadyServer({ pending: () => pending }, 0, '127.0.0.1');
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz/ready`;
  const before = await fetch(url);
  assert.equal(before.status, 500);
  assert.equal(await before.text(), 'not ready, pending: configuration\n');
  pending.pop();
  assert.equal(await (await fetch(url)).text(), 'ready\n');
});
