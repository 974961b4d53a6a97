/** Data for the console's tests: names with markup, emoji, other scripts and great length among ordinary ones. */
import { type TokenKind, tokenKinds, tokensByKind } from '../../src/core/llm/usage-kinds.ts';
import type { Budget } from '../src/api/budgets.ts';
import type { Call, Key, UsageFigures } from '../src/api/types.ts';

const day = 86_400_000;
const people = [
  'mike',
  'anna',
  'Zoë Kowalská',
  '田中 さくら',
  '<b>Bold</b> & Söhne',
  '🤖 build bot',
  'li.wei',
  'x'.repeat(10_000),
];
const teams = ['platform', 'search', 'payments', 'research'];
const models = ['claude-sonnet-5', 'claude-haiku-5', 'gpt-6-mini', 'claude-opus-5'];

export const rfc3339 = (ms: number) => new Date(ms).toISOString();
const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** The same numbers at every start: tests and screenshots can be compared. */
export function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

export function makeKeys(nowMs: number): Key[] {
  const random = sequence(7);
  const own = Array.from({ length: 130 }, (_, index): Key => {
    const disabled = index % 17 === 5;
    const expired = index % 23 === 9;
    const used = index % 9 !== 8;
    const tokens = used ? Math.round(random() ** 3 * 4e6) : 0;
    return {
      id: `VirtualKey/agentgateway-system/key-${String(index).padStart(3, '0')}`,
      source: 'VirtualKey',
      namespace: 'agentgateway-system',
      name: `key-${String(index).padStart(3, '0')}`,
      owner: pick(people, index),
      display: `tg_…${Math.floor(random() * 1e6)
        .toString(36)
        .padStart(4, '0')
        .slice(-4)}`,
      status: disabled ? 'disabled' : expired ? 'expired' : 'active',
      metadata: { user_id: pick(people, index).slice(0, 60), tier: index % 3 },
      labels: { team: pick(teams, index), department: index % 2 === 0 ? 'engineering' : 'finance' },
      allowedModels: index % 4 === 0 ? ['claude-*'] : [],
      allowedRoutes: [],
      allowedCIDRs: index % 10 === 0 ? ['10.0.0.0/8'] : [],
      limits: index % 3 === 0 ? { requestsPerMinute: 60, tokensPerMinute: 100_000 } : {},
      ...(expired
        ? { expiresAt: rfc3339(nowMs - 3 * day) }
        : index % 5 === 0
          ? { expiresAt: rfc3339(nowMs + 40 * day) }
          : {}),
      createdAt: rfc3339(nowMs - (200 - index) * day),
      ...(used ? { lastUsedAt: rfc3339(nowMs - Math.round(random() * 9 * day)) } : {}),
      usage: { requests: Math.round(tokens / 900), tokens, costNano: tokens * 4_200 },
      resourceVersion: String(1_000 + index),
      editable: true,
    };
  });
  return [...own, secretKey(nowMs)];
}

function secretKey(nowMs: number): Key {
  return {
    id: 'Secret/agentgateway-system/anthropic-api-key/mike',
    source: 'Secret',
    namespace: 'agentgateway-system',
    name: 'anthropic-api-key/mike',
    owner: 'mike',
    status: 'active',
    metadata: { user_id: 'mike' },
    labels: { user_id: 'mike' },
    allowedModels: [],
    allowedRoutes: [],
    allowedCIDRs: [],
    limits: {},
    createdAt: rfc3339(nowMs - 300 * day),
    usage: { requests: 12, tokens: 4_812, costNano: 21_000_000 },
    resourceVersion: '17',
    editable: false,
  };
}

export function makeCalls(nowMs: number, keys: Key[], count: number): Call[] {
  const random = sequence(11);
  return Array.from({ length: count }, (_, index) => {
    const key = pick(keys, Math.floor(random() * 40));
    return makeCall(index, nowMs - Math.round((index * 28 * day) / count), key, random);
  });
}

export function makeCall(index: number, startedAtMs: number, key: Key, random: () => number): Call {
  const kind = random();
  const model = pick(models, Math.floor(random() ** 2 * 4));
  const [inputTokens, outputTokens] = [Math.round(random() * 3_000) + 20, Math.round(random() * 900) + 5];
  const base: Call = {
    id: `${(1e9 - index).toString(36)}-fixture`,
    startedAtMs,
    durationMs: Math.round(400 + random() * 5_000),
    gateway: 'agentgateway-system/agentgateway-route',
    listener: 'http',
    route: 'agentgateway-system/claude-sdk',
    backend: 'agentgateway-system/anthropic',
    endpoint: 'api.anthropic.com:443',
    sourceAddress: '10.3.4.5:51234',
    method: 'POST',
    host: 'gateway.internal:8080',
    path: '/v1/chat/completions',
    status: 200,
    key: { id: key.id, user: key.owner, metadata: key.metadata, labels: key.labels },
    decisions: [],
    responseBytes: outputTokens * 5,
  };
  const llm = {
    operation: 'chat',
    provider: model.startsWith('gpt') ? 'openai' : 'anthropic',
    requestModel: model,
    streaming: index % 2 === 0,
  };
  if (kind < 0.08) {
    const refused =
      'budget agentgateway-system/engineering-daily (mike): 99,870 of 100,000 tokens used, 120 reserved; resets at midnight';
    return {
      ...base,
      status: 429,
      reason: 'Budget',
      llm,
      durationMs: 2,
      decisions: [refused, 'budget agentgateway-system/engineering-daily: over'],
    };
  }
  if (kind < 0.11)
    return {
      ...base,
      status: 503,
      reason: 'UpstreamFailure',
      error: 'the provider did not answer within 60 s',
      llm,
    };
  const usage = {
    inputTokens,
    cachedInputTokens: Math.round(inputTokens / 3),
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    ...(index % 6 === 0 && { media: { audioInput: Math.round(inputTokens / 4), audioOutput: 40 } }),
    estimated: index % 13 === 0,
  };
  return {
    ...base,
    llm: {
      ...llm,
      responseModel: model,
      usage,
      maxTokens: 1_024,
      costNano: inputTokens * 3_000 + outputTokens * 15_000,
      timeToFirstTokenMs: 180 + Math.round(random() * 700),
      timePerOutputTokenMs: 12.4,
    },
    decisions: index % 5 === 0 ? ['budget agentgateway-system/research-usd: over, reported only'] : [],
    budgets: [
      {
        budget: 'agentgateway-system/engineering-daily',
        group: key.owner ?? '',
        unit: 'tokens',
        used: inputTokens + outputTokens,
      },
    ],
  };
}

export function makeBudgets(nowMs: number): Budget[] {
  const resetsAt = rfc3339(Math.ceil(nowMs / day) * day);
  const counter = (group: string, limit: number, used: number, reserved = 0) => ({
    group,
    limit,
    used,
    reserved,
    remaining: limit - used - reserved,
    resetsAt,
  });
  const named = (name: string, version: string) => ({
    namespace: 'agentgateway-system',
    name,
    status: 'ok' as const,
    resourceVersion: version,
  });
  return [
    {
      ...named('engineering-daily', '501'),
      spec: {
        selector: { matchLabels: { department: 'engineering' } },
        groupBy: ['apiKey.user_id'],
        limit: { tokens: 100_000 },
        window: { calendar: 'Day', timeZone: 'Europe/Berlin' },
        enforcement: 'Hard',
        onExceeded: { action: 'Reject' },
      },
      unit: 'tokens',
      counters: [
        counter('mike', 100_000, 99_870, 120),
        counter('🤖 build bot', 100_000, 83_000),
        counter('<b>Bold</b> & Söhne', 100_000, 12_000, 4_096),
      ],
      forecast: { runsOutAt: rfc3339(nowMs + day / 12), perDay: 118_000 },
    },
    {
      ...named('research-usd', '502'),
      spec: {
        selector: { matchLabels: { team: 'research' } },
        limit: { usd: '250.00' },
        window: { calendar: 'Month' },
        enforcement: 'Soft',
        onExceeded: { action: 'Report' },
      },
      unit: 'usd',
      counters: [
        {
          group: '',
          limit: '250.00',
          used: '61.204',
          reserved: '0',
          remaining: '188.796',
          resetsAt: rfc3339(nowMs + 6 * day),
        },
      ],
      forecast: { perDay: 2.4 },
    },
    {
      ...named('broken', '503'),
      status: 'invalid',
      message: 'groupBy[0]: "apiKey.": unexpected end of the expression',
      spec: { groupBy: ['apiKey.'], limit: { requests: 1_000 }, window: { rolling: '24h' } },
      unit: 'requests',
      counters: [],
    },
  ];
}

export function figuresOf(calls: Call[]): UsageFigures {
  const sum = (of: (call: Call) => number | undefined) =>
    calls.reduce((total, call) => total + (of(call) ?? 0), 0);
  const kinds = Object.fromEntries(
    tokenKinds.map((kind) => [
      kind,
      sum(({ llm }) => (llm?.usage === undefined ? 0 : tokensByKind(llm.usage)[kind])),
    ]),
  ) as Record<TokenKind, number>;
  return {
    ...kinds,
    requests: calls.length,
    refused: calls.filter(({ status }) => status === 429).length,
    failed: calls.filter(({ status }) => status >= 500).length,
    tokens: kinds.inputTokens + kinds.outputTokens,
    costNano: sum((call) => call.llm?.costNano),
    unpriced: 0,
    estimated: calls.filter(({ llm }) => llm?.usage?.estimated).length,
  };
}
