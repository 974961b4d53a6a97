/**
 * Fills a data directory with many keys and calls, straight through the stores' contracts, before a gateway is started on it:
 * what operators have after a quarter, in seconds. The same arguments make the same data.
 */
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { applyObjects } from '../../src/apiserver/apply-objects.ts';
import { openRegistry } from '../../src/apiserver/registry/registry.ts';
import { demoObjects } from '../../src/cli/demo-objects.ts';
import type { RequestRecord } from '../../src/core/record.ts';
import { allKinds } from '../../src/core/resources/kinds.ts';
import type { KubeObject } from '../../src/core/resources/object.ts';
import { openSqliteLedger } from '../../src/storage/sqlite/ledger.ts';
import { openResourceStore } from '../../src/storage/sqlite/resource-store.ts';

export const seedNamespace = 'agentgateway-system';
const dayMs = 86_400_000;
const people = 5_000;
const teams = 24;
const models = [
  ['anthropic', 'claude-sonnet-5'],
  ['anthropic', 'claude-opus-4-5'],
  ['anthropic', 'claude-haiku-4-5-20251001'],
  ['openai', 'gpt-5.1'],
  ['openai', 'gpt-5-mini'],
  ['gemini', 'gemini-3-pro'],
] as const;
const rowsAtOnce = 20_000;
const keysAtOnce = 10_000;

export interface Seed {
  keys: number;
  calls: number;
  /** Over which the calls are spread, up to `nowMs`. */
  days: number;
  nowMs: number;
}

/** `directory` must exist, and no gateway may run on it. */
export function seed(directory: string, seed: Seed): void {
  seedKeys(directory, seed);
  seedCalls(directory, seed);
}

function seedKeys(directory: string, { keys, nowMs }: Seed): void {
  const store = openResourceStore(directory);
  const registry = openRegistry({ store, kinds: allKinds, now: () => new Date(nowMs) });
  applyObjects(registry, [...demoObjects('sk-provider'), ...budgets()]);
  const at = new Date(nowMs - 120 * dayMs).toISOString();
  for (let first = 0; first < keys; first += keysAtOnce) {
    const count = Math.min(keysAtOnce, keys - first);
    const made = Array.from({ length: count }, (_, n) => keyObject(first + n, at));
    store.commit(made.map((object) => ({ type: 'put', object })));
  }
  store.close();
}

/** As the controller has left it: with its status. */
function keyObject(n: number, at: string): KubeObject {
  const { owner, labels, keyHash, display } = personOf(n);
  const accepted = {
    type: 'Accepted',
    status: 'True',
    reason: 'Valid',
    message: 'The key opens its Gateways',
    lastTransitionTime: at,
    observedGeneration: 1,
  };
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      namespace: seedNamespace,
      name: `key-${n}`,
      labels,
      uid: hash('md5', `key-${n}`),
      creationTimestamp: at,
      generation: 1,
    },
    spec: {
      owner,
      metadata: { user_id: owner },
      keyHash,
      display,
      allowedModels: ['claude-*'],
      ...(n % 50 === 0 && { disabled: true }),
    },
    status: { display, keyHash, conditions: [accepted] },
  };
}

function personOf(n: number) {
  const owner = `person-${n % people}`;
  const team = (n % people) % teams;
  const labels = {
    team: `team-${team}`,
    department: `department-${team % 6}`,
    'cost-centre': `cc-${team % 8}`,
  };
  return {
    owner,
    labels,
    keyHash: `sha256:${hash('sha256', `key ${n}`)}`,
    display: `tg_…${String(n).padStart(4, '0')}`,
  };
}

function budgets(): KubeObject[] {
  const budget = (name: string, spec: object): KubeObject => ({
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name, namespace: seedNamespace },
    spec,
  });
  const everyTeam = Array.from({ length: teams }, (_, team) =>
    budget(`team-${team}-daily`, {
      selector: { matchLabels: { team: `team-${team}` } },
      limit: { tokens: 5_000_000 },
      window: { calendar: 'Day', timeZone: 'Europe/Berlin' },
    }),
  );
  const person = { groupBy: ['apiKey.user_id'], limit: { usd: '50' }, window: { calendar: 'Month' } };
  return [...everyTeam, budget('person-monthly', person)];
}

function seedCalls(directory: string, { keys, calls, days, nowMs }: Seed): void {
  const ledger = openSqliteLedger(join(directory, 'ledger.db'));
  const stepMs = (days * dayMs) / calls;
  const random = numbers(7);
  for (let first = 0; first < calls; first += rowsAtOnce) {
    const records = Array.from({ length: Math.min(rowsAtOnce, calls - first) }, (_, n) =>
      callRecord(first + n, Math.floor(nowMs - (calls - first - n) * stepMs), keys, random),
    );
    ledger.append(records, []);
  }
  ledger.close();
}

/** Half of the calls are those of one key in a hundred. */
function callRecord(n: number, startedAtMs: number, keys: number, random: () => number): RequestRecord {
  const busy = random() < 0.5;
  const key = Math.floor(random() * (busy ? Math.ceil(keys / 100) : keys));
  const { owner, labels } = personOf(key);
  const [provider, model] = models[Math.floor(random() ** 2 * models.length)]!;
  const inputTokens = 20 + Math.floor(random() ** 3 * 20_000);
  const outputTokens = 10 + Math.floor(random() ** 2 * 2_000);
  const durationMs = Math.round(150 + random() ** 3 * 30_000);
  const end = random();
  const refused = end < 0.05;
  const failed = !refused && end < 0.06;
  const usage = {
    inputTokens,
    cachedInputTokens: Math.floor(inputTokens / 3),
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    estimated: n % 40 === 0,
  };
  return {
    id: `${startedAtMs.toString(36)}-00000-${n.toString(36).padStart(5, '0')}`,
    startedAtMs,
    durationMs: refused ? 1 : durationMs,
    bind: '8080',
    gateway: `${seedNamespace}/agentgateway-route`,
    route: `${seedNamespace}/${n % 5 === 0 ? 'sdk' : 'claude'}`,
    backend: `${seedNamespace}/${provider}`,
    sourceAddress: '127.0.0.1:50000',
    method: 'POST',
    host: 'localhost',
    path: '/v1/chat/completions',
    httpVersion: '1.1',
    status: refused ? 429 : failed ? 502 : 200,
    ...(refused && { reason: 'Budget', error: `budget ${seedNamespace}/person-monthly: 50 of 50 USD used` }),
    ...(failed && { reason: 'Upstream', error: 'the provider closed the connection' }),
    protocol: 'llm',
    decisions: [],
    responseBytes: 4 * outputTokens,
    key: { id: `VirtualKey/${seedNamespace}/key-${key}`, user: owner, metadata: { user_id: owner }, labels },
    llm: {
      operation: 'chat',
      provider,
      requestModel: model,
      streaming: n % 2 === 0,
      ...(!refused && {
        responseModel: model,
        usage,
        costNano: inputTokens * 3_000 + outputTokens * 15_000,
        ...(n % 2 === 0 && { timeToFirstTokenMs: Math.round(durationMs / 8) }),
      }),
    },
  };
}

/** From 0 to 1, always the same ones (mulberry32). */
function numbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
