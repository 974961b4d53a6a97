/** The admin API's operations over data in memory, as far as the console uses them. */
import { tokenKinds } from '../../src/core/llm/usage-kinds.ts';
import { outcomeOf } from '../../src/core/outcome.ts';
import type { Budget, BudgetSpec } from '../src/api/budgets.ts';
import type { Call, Key, KeyInput } from '../src/api/types.ts';
import { figuresOf, makeBudgets, makeCalls, makeKeys, rfc3339 } from './fixture-data.ts';

export interface World {
  nowMs: number;
  keys: Key[];
  calls: Call[];
  budgets: Budget[];
}

export interface Answer {
  status: number;
  json?: unknown;
  text?: string;
}

export function createWorld(nowMs: number): World {
  const keys = makeKeys(nowMs);
  return { nowMs, keys, calls: makeCalls(nowMs, keys, 1_500), budgets: makeBudgets(nowMs) };
}

export const refuse = (status: number, code: string, message: string, field?: string): Answer => ({
  status,
  json: { error: { code, message, ...(field === undefined ? {} : { field }) } },
});
const missing = refuse(404, 'not_found', 'there is no such thing');

export function answerAdmin(
  world: World,
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): Answer {
  const [kind, ...names] = path.split('/').slice(1).map(decodeURIComponent);
  if (kind === 'keys')
    return names.length === 0
      ? keysAnswer(world, method, query, body as KeyInput)
      : keyAnswer(world, method, names, body);
  if (kind === 'budgets')
    return budgetsAnswer(world, method, names, body as { name: string; spec: BudgetSpec });
  if (kind === 'usage' && names[0] === 'labels')
    return { status: 200, json: { items: labelNames(world.keys) } };
  if (kind === 'usage' && names[0] === 'kinds') return kindsAnswer(world, query);
  if (kind === 'usage') return usageAnswer(world, query);
  if (kind === 'calls') return callsAnswer(world, names[0], query);
  if (kind === 'overview') return overviewAnswer(world, query);
  if (kind === 'drift') return { status: 200, json: { items: [] } };
  if (kind === 'audit') return { status: 200, json: { items: [] } };
  if (kind === 'resources') {
    const listeners = [{ name: 'http', protocol: 'HTTP', port: 8090 }];
    return { status: 200, json: { items: [{ kind: 'Gateway', spec: { listeners } }] } };
  }
  return missing;
}

function keysAnswer({ keys, nowMs }: World, method: string, query: URLSearchParams, input: KeyInput): Answer {
  if (method === 'POST') return createKey(keys, nowMs, input);
  const search = (query.get('search') ?? '').toLowerCase();
  const status = query.get('status');
  const found = keys.filter(
    (key) =>
      (status === null || key.status === status) &&
      JSON.stringify([key.name, key.owner, key.labels]).toLowerCase().includes(search),
  );
  const sort = query.get('sort') ?? 'name';
  const sortValueOf = (key: Key) =>
    (sort === 'spend'
      ? key.usage.costNano
      : sort === 'owner'
        ? key.owner
        : sort === 'lastUsedAt'
          ? key.lastUsedAt
          : key.name) ?? '';
  found.sort((a, b) => (sortValueOf(a) < sortValueOf(b) ? -1 : 1) * (query.get('order') === 'desc' ? -1 : 1));
  const offset = Number(query.get('offset') ?? 0);
  return {
    status: 200,
    json: { items: found.slice(offset, offset + Number(query.get('limit') ?? 50)), total: found.length },
  };
}

function createKey(keys: Key[], nowMs: number, input: KeyInput): Answer {
  if (keys.some(({ name }) => name === input.name))
    return refuse(409, 'exists', 'this name is taken', 'name');
  if ((input.limits?.tokensPerMinute ?? 0) > 1e12)
    return refuse(422, 'invalid', 'must be at most 1,000,000,000,000', 'limits.tokensPerMinute');
  const key: Key = {
    id: `VirtualKey/agentgateway-system/${input.name}`,
    source: 'VirtualKey',
    namespace: 'agentgateway-system',
    display: 'tg_…x9Qz',
    status: 'active',
    metadata: {},
    labels: {},
    allowedModels: [],
    allowedRoutes: [],
    allowedCIDRs: [],
    limits: {},
    createdAt: rfc3339(nowMs),
    usage: { requests: 0, tokens: 0, costNano: 0 },
    resourceVersion: '1',
    editable: true,
    ...input,
  };
  keys.push(key);
  return { status: 201, json: { key, value: `tg_fixture_${input.name}_x9Qz` } };
}

function keyAnswer(
  { keys, budgets }: World,
  method: string,
  [namespace, name, action]: string[],
  body: unknown,
): Answer {
  const place = keys.findIndex((key) => key.namespace === namespace && key.name === name);
  const key = keys[place];
  if (key === undefined) return refuse(404, 'not_found', 'there is no such key');
  if (action === 'budgets') {
    const items = [
      { name: 'agentgateway-system/engineering-daily', unit: 'tokens', ...budgets[0]!.counters[0]! },
    ];
    return { status: 200, json: { items } };
  }
  if (method === 'GET') return { status: 200, json: key };
  if (method === 'DELETE') {
    keys.splice(place, 1);
    return { status: 204 };
  }
  const version = (body as { resourceVersion?: string }).resourceVersion;
  if (version !== undefined && version !== key.resourceVersion)
    return refuse(409, 'conflict', 'the key was changed meanwhile.');
  key.resourceVersion = String(Number(key.resourceVersion) + 1);
  if (action === 'rotate') return { status: 200, json: { key, value: `tg_fixture_${key.name}_new1` } };
  key.status = (body as { disabled?: boolean }).disabled ? 'disabled' : 'active';
  return { status: 200, json: key };
}

function budgetsAnswer(
  { budgets }: World,
  method: string,
  [, name]: string[],
  body: { name: string; spec: BudgetSpec },
): Answer {
  if (method === 'GET') return { status: 200, json: { items: budgets, total: budgets.length } };
  if (method === 'POST') {
    if (budgets.some((budget) => budget.name === body.name))
      return refuse(409, 'exists', 'this name is taken', 'name');
    const unit = Object.keys(body.spec.limit)[0] as Budget['unit'];
    const created: Budget = {
      namespace: 'agentgateway-system',
      name: body.name,
      spec: body.spec,
      status: 'ok',
      counters: [],
      unit,
      resourceVersion: '1',
    };
    budgets.push(created);
    return { status: 201, json: created };
  }
  const place = budgets.findIndex((budget) => budget.name === name);
  const budget = budgets[place];
  if (budget === undefined) return missing;
  if (method === 'DELETE') budgets.splice(place, 1);
  else budget.spec = body.spec;
  return method === 'DELETE' ? { status: 204 } : { status: 200, json: budget };
}

function filterCalls({ calls }: World, query: URLSearchParams): Call[] {
  const [from, to] = [query.get('from'), query.get('to')];
  const [key, user, model, outcome] = ['key', 'user', 'model', 'outcome'].map((name) => query.get(name));
  const search = query.get('search')?.toLowerCase();
  return calls.filter(
    (call) =>
      (from === null || call.startedAtMs >= Date.parse(from)) &&
      (to === null || call.startedAtMs < Date.parse(to)) &&
      (key === null || call.key?.id === key) &&
      (user === null || call.key?.user === user) &&
      (model === null || call.llm?.requestModel === model) &&
      (outcome === null || outcomeOf(call) === outcome) &&
      (search === undefined || JSON.stringify(call).toLowerCase().includes(search)),
  );
}

function dimensionOf(call: Call, name: string): string {
  if (name.startsWith('label:')) return call.key?.labels[name.slice(6)] ?? '';
  const values: Record<string, string | undefined> = {
    user: call.key?.user,
    key: call.key?.id,
    model: call.llm?.requestModel,
    provider: call.llm?.provider,
    route: call.route,
  };
  return values[name] ?? '';
}

const labelNames = (keys: Key[]) => [...new Set(keys.flatMap(({ labels }) => Object.keys(labels)))].sort();

function usageAnswer(world: World, query: URLSearchParams): Answer {
  const names = (query.get('groupBy') ?? '').split(',').filter((name) => name !== '');
  const lengths: Record<string, number> = {
    hour: 3_600_000,
    day: 86_400_000,
    week: 604_800_000,
    month: 2_592_000_000,
  };
  const length = lengths[query.get('bucket') ?? ''];
  const calls = filterCalls(world, query);
  const groups = Map.groupBy(calls, (call) => {
    const group = Object.fromEntries(names.map((name) => [name, dimensionOf(call, name)]));
    const start = length === undefined ? undefined : rfc3339(Math.floor(call.startedAtMs / length) * length);
    return JSON.stringify({ group, ...(start === undefined ? {} : { bucketStart: start }) });
  });
  const rows = [...groups].map(([text, members]) => ({ ...JSON.parse(text), ...figuresOf(members) }));
  const by = query.get('sort') ?? 'costNano';
  rows.sort((a, b) => (b[by] - a[by]) * (query.get('order') === 'asc' ? -1 : 1));
  if (query.get('format') === 'csv') return { status: 200, text: 'requests,costNano\r\n' };
  const limit = query.get('limit');
  const offset = Number(query.get('offset') ?? 0);
  const total = figuresOf(calls);
  if (limit === null) return { status: 200, json: { rows, total } };
  return {
    status: 200,
    json: { rows: rows.slice(offset, offset + Number(limit)), groups: rows.length, total },
  };
}

/** Half of the cost is told apart, output ten times as dear as input. */
function kindsAnswer(world: World, query: URLSearchParams): Answer {
  const total = figuresOf(filterCalls(world, query));
  const explainedNano = Math.round(total.costNano / 2);
  const perUnit = explainedNano / Math.max(1, total.inputTokens + 10 * total.outputTokens);
  const items = tokenKinds.map((kind) => {
    const weight = /^(output|reasoning|\w+Output)/.test(kind) ? 10 : 1;
    return { kind, tokens: total[kind], costNano: Math.round(total[kind] * weight * perUnit) };
  });
  return { status: 200, json: { items, costNano: total.costNano, explainedNano } };
}

function callsAnswer(world: World, id: string | undefined, query: URLSearchParams): Answer {
  if (id !== undefined) {
    const call = world.calls.find((one) => one.id === id);
    return call === undefined
      ? refuse(404, 'not_found', 'there is no such call')
      : { status: 200, json: call };
  }
  const found = filterCalls(world, query);
  const begin = query.has('before') ? found.findIndex((call) => call.id === query.get('before')) + 1 : 0;
  const items = found.slice(begin, begin + Number(query.get('limit') ?? 100));
  const next = begin + items.length < found.length ? { next: items.at(-1)?.id } : {};
  return { status: 200, json: { items, ...next } };
}

function overviewAnswer(world: World, query: URLSearchParams): Answer {
  const to = Date.parse(query.get('to') ?? rfc3339(world.nowMs));
  const from = Date.parse(query.get('from') ?? rfc3339(to - 604_800_000));
  const inRange = (begin: number, end: number) =>
    world.calls.filter(({ startedAtMs }) => startedAtMs >= begin && startedAtMs < end);
  const current = inRange(from, to);
  const top = (name: string) =>
    [...Map.groupBy(current, (call) => dimensionOf(call, name))]
      .map(([value, calls]) => ({ name: value, ...figuresOf(calls) }))
      .sort((a, b) => b.costNano - a.costNano)
      .slice(0, 10);
  const json = {
    current: figuresOf(current),
    previous: figuresOf(inRange(2 * from - to, from)),
    topUsers: top('user'),
    topModels: top('model'),
    topTeams: top('label:team'),
    latencyMs: { p50: 1_840, p95: 4_950 },
    timeToFirstTokenMs: { p50: 420, p95: 810 },
  };
  return { status: 200, json };
}
