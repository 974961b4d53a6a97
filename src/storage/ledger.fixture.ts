/** Records for tests of the ledger. */
import type { RequestRecord } from '../core/record.ts';

export const startMs = Date.UTC(2026, 10, 25);

/** The n-th call; ids sort as they began. */
export function ledgerRecord(n: number, fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: `mi9x2k40-00000-${String(n).padStart(6, '0')}`,
    startedAtMs: startMs + n * 60_000,
    durationMs: 10 + n,
    bind: '8080',
    route: 'ns/claude',
    sourceAddress: '127.0.0.1:50000',
    method: 'POST',
    host: 'localhost',
    path: '/anthropic',
    httpVersion: '1.1',
    status: 200,
    protocol: 'llm',
    decisions: [],
    responseBytes: 100,
    key: { id: 'VirtualKey/ns/mike', user: 'mike', metadata: {}, labels: { team: 'platform' } },
    llm: {
      operation: 'chat',
      provider: 'anthropic',
      requestModel: 'claude-sonnet-5',
      responseModel: 'claude-sonnet-5',
      streaming: false,
      usage: {
        inputTokens: 40,
        cachedInputTokens: 10,
        cacheWriteTokens: 0,
        cacheWrite1hTokens: 0,
        outputTokens: 80,
        reasoningTokens: 5,
        estimated: false,
      },
      costNano: 1_320_000,
    },
    ...fields,
  };
}
