/** The admin API as its contract has it, on a real socket: answers from lists, and remembers what was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { BudgetView, KeyView, NewKey } from './admin-api.ts';

export const fixtureToken = 'token-of-the-fixture';
export const issuedValue = 'tg_valueMadeByTheFixture';

export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

export interface AdminApi {
  url: string;
  requests: SeenRequest[];
  /** Answers before the lists do: `status` and JSON, or an array of lines for an event stream that then ends. */
  answers: Map<string, (request: SeenRequest) => Answer>;
  keys: KeyView[];
  budgets: BudgetView[];
  close(): Promise<void>;
}

export interface Answer {
  status?: number;
  json?: unknown;
  events?: unknown[];
  text?: string;
}

export async function startAdminApi(): Promise<AdminApi> {
  const api: Omit<AdminApi, 'url' | 'close'> = {
    requests: [],
    answers: new Map(),
    keys: [keyView('mike-laptop', { owner: 'mike' }), keyView('anna-ci', { owner: 'anna' })],
    budgets: [],
  };
  const server = createServer((request, response) => {
    serve(api, request, response).catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

export function keyView(name: string, fields: Partial<KeyView> = {}): KeyView {
  return {
    id: `VirtualKey/agentgateway-system/${name}`,
    source: 'VirtualKey',
    namespace: 'agentgateway-system',
    name,
    display: 'tg_…x9Qz',
    status: 'active',
    metadata: {},
    labels: { team: 'platform' },
    allowedModels: [],
    allowedRoutes: [],
    allowedCIDRs: [],
    limits: {},
    createdAt: '2026-11-01T00:00:00Z',
    usage: { requests: 12, tokens: 34_567, costNano: 1_234_500_000 },
    resourceVersion: '7',
    editable: true,
    ...fields,
  };
}

async function serve(
  api: Omit<AdminApi, 'url' | 'close'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fixture');
  const sent = await text(request);
  const seen: SeenRequest = {
    method: request.method!,
    path: url.pathname.replace(/^\/api\/v1/, ''),
    query: Object.fromEntries(url.searchParams),
    body: sent === '' ? undefined : JSON.parse(sent),
  };
  api.requests.push(seen);
  if (request.headers.authorization !== `Bearer ${fixtureToken}`)
    return send(response, { status: 401, json: { error: { code: 'token', message: 'wrong token' } } });
  const own = api.answers.get(`${seen.method} ${seen.path}`);
  send(response, own === undefined ? answerOf(api, seen) : own(seen));
}

function send(response: ServerResponse, { status = 200, json, events, text: plain }: Answer): void {
  if (events !== undefined) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  } else if (plain !== undefined) {
    response.writeHead(status, { 'content-type': 'text/html' }).end(plain);
  } else {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 204 ? undefined : JSON.stringify(json));
  }
}

function answerOf(api: Omit<AdminApi, 'url' | 'close'>, request: SeenRequest): Answer {
  const { method, path } = request;
  const [, collection, namespace, name, verb] = path.split('/').map(decodeURIComponent);
  if (collection === 'keys' && namespace === undefined) return keyCollection(api, request);
  if (path === '/keys:import') return importKeys(request);
  if (collection === 'budgets' && namespace === undefined) return budgetCollection(api, request);
  const things: (KeyView | BudgetView)[] =
    collection === 'keys' ? api.keys : collection === 'budgets' ? api.budgets : [];
  const thing = things.find((one) => one.namespace === namespace && one.name === name);
  if (thing === undefined) return notFound(path);
  if (verb === 'rotate') return { json: { key: thing, value: issuedValue } };
  if (method === 'GET') return { json: thing };
  if (method === 'DELETE') {
    things.splice(things.indexOf(thing), 1);
    return { status: 204 };
  }
  const { disabled } = request.body as { disabled?: boolean };
  return { json: { ...thing, status: disabled ? 'disabled' : 'active' } };
}

function notFound(path: string): Answer {
  return { status: 404, json: { error: { code: 'not_found', message: `no such path: ${path}` } } };
}

function keyCollection(api: Omit<AdminApi, 'url' | 'close'>, { method, query, body }: SeenRequest): Answer {
  if (method === 'GET') {
    const found = api.keys.filter((key) => key.name.includes(query['search'] ?? ''));
    const offset = Number(query['offset'] ?? 0);
    const limit = Number(query['limit'] ?? 50);
    if (query['after'] !== undefined) {
      const [namespace = '', name = ''] = query['after'].split('/');
      const isBehind = (key: KeyView) => `${key.name} ${key.namespace}` > `${name} ${namespace}`;
      const inOrder = found.filter(isBehind).sort((a, b) => (a.name < b.name ? -1 : 1));
      return { json: { items: inOrder.slice(0, limit) } };
    }
    return { json: { items: found.slice(offset, offset + limit), total: found.length } };
  }
  const { name, owner, value, keyHash, expiresAt } = body as NewKey;
  if (api.keys.some((key) => key.name === name))
    return { status: 409, json: { error: { code: 'exists', message: `key ${name} exists already` } } };
  const key = keyView(name, { owner, ...(expiresAt && { expiresAt }) });
  const isNew = value === undefined && keyHash === undefined;
  return { status: 201, json: { key, ...(isNew && { value: issuedValue }) } };
}

function importKeys({ body }: SeenRequest): Answer {
  const { keys } = body as { keys: NewKey[] };
  const results = keys.map(({ name, value, keyHash }, index) => {
    if (name === 'bad') return { index, name, ok: false, error: 'name is taken' };
    const isNew = value === undefined && keyHash === undefined;
    return { index, name, ok: true, ...(isNew && { value: `${issuedValue}-${name}` }) };
  });
  return { json: { results } };
}

function budgetCollection(api: Omit<AdminApi, 'url' | 'close'>, { method, body }: SeenRequest): Answer {
  if (method === 'GET') return { json: { items: api.budgets, total: api.budgets.length } };
  const { namespace = 'agentgateway-system', name, spec } = body as BudgetView;
  const budget: BudgetView = {
    namespace,
    name,
    spec,
    status: 'ok',
    counters: [],
    unit: Object.keys(spec['limit'] as object)[0]!,
    resourceVersion: '1',
  };
  return { status: 201, json: budget };
}
