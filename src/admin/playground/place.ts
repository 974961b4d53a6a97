/** Where a call of the playground goes: a port that is ours, the route that takes it there, and how a key is shown to that route. */
import type { KeyLocation } from '../../core/config/credential.ts';
import type { AiBackend, RouteType } from '../../core/config/snapshot.ts';
import { rewrite } from '../../core/route/filters.ts';
import { type MatchedRoute, RouteTable } from '../../core/route/match.ts';
import { routeTypeOf } from '../../core/route/route-type.ts';
import type { InForce } from '../context.ts';

/** What a chat can be spoken in. */
export type ChatApi = Extract<RouteType, 'Completions' | 'Messages' | 'Responses'>;

export const chatApis: readonly ChatApi[] = ['Completions', 'Messages', 'Responses'];

const isChat = (type: RouteType): type is ChatApi => (chatApis as readonly RouteType[]).includes(type);

export interface Place {
  port: number;
  /** Host header. */
  host: string;
  /** Without a query. */
  path: string;
}

/** Tables are built once for each configuration. */
const tables = new WeakMap<object, Map<number, RouteTable>>();

export function matchAt({ binds }: InForce, { port, host, path }: Place): MatchedRoute | undefined {
  let known = tables.get(binds);
  if (known === undefined) {
    known = new Map(binds.map((bind) => [bind.port, new RouteTable(bind.listeners)]));
    tables.set(binds, known);
  }
  const target = { method: 'POST', host: host.toLowerCase(), path, query: '', headers: {} };
  const matched = known.get(port)?.match(target);
  return matched !== undefined && 'rule' in matched ? matched : undefined;
}

/** The API that the route's backend takes the path for; undefined where that is no chat. */
export function apiAt(inForce: InForce, matched: MatchedRoute, place: Place): ChatApi | undefined {
  const backend = aiBackendOf(inForce, matched);
  if (backend === undefined) return undefined;
  const { path } = rewrite(matched.rule.filters, matched.match, { ...place, query: '' });
  const type = routeTypeOf(backend, path);
  return isChat(type) ? type : undefined;
}

export function aiBackendOf({ backends }: InForce, { rule }: MatchedRoute): AiBackend | undefined {
  for (const { backend: name } of rule.backends) {
    const backend = name === undefined ? undefined : backends[name];
    if (backend?.type === 'ai') return backend;
  }
  return undefined;
}

export interface Shown {
  headers: Record<string, string>;
  /** To be appended to the path. */
  query: string;
}

/** The key's value where the route's policy looks for it. One that is found by an expression goes where SDKs put it. */
export function showKey(location: KeyLocation | undefined, value: string): Shown {
  if (location?.type === 'header')
    return { headers: { [location.name.toLowerCase()]: location.prefix + value }, query: '' };
  if (location?.type === 'queryParameter')
    return { headers: {}, query: `?${new URLSearchParams({ [location.name]: value })}` };
  if (location?.type === 'cookie') return { headers: { cookie: `${location.name}=${value}` }, query: '' };
  return { headers: { authorization: `Bearer ${value}` }, query: '' };
}
