/** A finished call to a model, for tests of what is made of records. */
import { noUsage } from '../core/llm/usage.ts';
import type { RequestRecord } from '../core/record.ts';

export const callRecord: RequestRecord = {
  id: 'mi9x2k40-7f3a1-1',
  startedAtMs: Date.parse('2026-11-23T15:46:41.559Z'),
  durationMs: 900,
  bind: '8080',
  gateway: 'ns/gateway',
  listener: 'http',
  route: 'ns/claude',
  routeRule: '0',
  backend: 'ns/anthropic',
  endpoint: '127.0.0.1:19001',
  sourceAddress: '127.0.0.1:49652',
  method: 'POST',
  host: '127.0.0.1',
  path: '/v1/messages',
  httpVersion: 'HTTP/1.1',
  status: 200,
  protocol: 'llm',
  key: {
    id: 'VirtualKey/ns/mike',
    user: 'mike',
    metadata: { tier: 3 },
    labels: { team: 'platform', 'cost-centre': '4711' },
  },
  llm: {
    operation: 'chat',
    provider: 'anthropic',
    requestModel: 'claude-sonnet-5',
    responseModel: 'claude-sonnet-5-20260901',
    streaming: true,
    maxTokens: 200,
    usage: { ...noUsage, inputTokens: 40, outputTokens: 80, cachedInputTokens: 10 },
    costNano: 1_320_000,
    timeToFirstTokenMs: 120,
    timePerOutputTokenMs: 10,
  },
  decisions: [],
  responseBytes: 10,
  trace: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', sampled: true },
};
