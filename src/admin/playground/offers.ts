/** Where the playground can call: each chat API of each route that is in force, found by asking the routes themselves. */
import type { Route, RouteMatch } from '../../core/config/snapshot.ts';
import { configuredModels } from '../../core/llm/models.ts';
import type { MatchedRoute } from '../../core/route/match.ts';
import type { InForce } from '../context.ts';
import { aiBackendOf, apiAt, type ChatApi, matchAt, type Place } from './place.ts';

export interface Offer extends Place {
  api: ChatApi;
  /** `namespace/name`. */
  gateway: string;
  listener: string;
  route: string;
  /** Models that are named in the configuration; others may be served too. */
  models: string[];
  /** The route finds the key by an expression, or asks for none. */
  key: 'required' | 'optional' | 'expression' | 'none';
}

const maxOffers = 200;
const ends = ['/chat/completions', '/messages', '/responses'];

export function offersOf(inForce: InForce): Offer[] {
  const offers: Offer[] = [];
  for (const { port, listeners } of inForce.binds) {
    if (!inForce.served.has(port)) continue;
    for (const { hostname, routes } of listeners)
      for (const route of routes)
        for (const { matches } of route.rules)
          for (const match of matches)
            offers.push(...offersAt(inForce, port, hostOf(route, hostname), match, route));
    if (offers.length >= maxOffers) break;
  }
  return once(offers).slice(0, maxOffers);
}

/** One for each API: the first path that the route itself would take for it. */
function offersAt(
  inForce: InForce,
  port: number,
  host: string,
  { path: { type, value } }: RouteMatch,
  route: Route,
): Offer[] {
  if (type === 'RegularExpression') return [];
  const base = value.replace(/\/+$/, '');
  const found = new Map<ChatApi, Offer>();
  for (const suffix of type === 'Exact' ? [''] : suffixesOf(base)) {
    const place = { port, host, path: base + suffix || '/' };
    const matched = matchAt(inForce, place);
    if (matched?.route.name !== route.name) continue;
    const api = apiAt(inForce, matched, place);
    if (api === undefined || found.has(api)) continue;
    // Without an end of its own a path is taken for something by default only: it is offered where it is rewritten.
    const isMeant = type === 'Exact' || matched.rule.filters.some((filter) => filter.type === 'URLRewrite');
    if (isMeant || ends.some((end) => place.path.endsWith(end)))
      found.set(api, { ...place, api, ...describe(inForce, matched) });
  }
  return [...found.values()];
}

function describe(inForce: InForce, matched: MatchedRoute) {
  const { listener, route, rule } = matched;
  const targets = aiBackendOf(inForce, matched)?.groups.flat() ?? [];
  const named =
    rule.models === undefined
      ? configuredModels(targets).map(({ id }) => id)
      : rule.models.filter(({ name, listed }) => listed && !name.includes('*')).map(({ name }) => name);
  return {
    gateway: listener.gateway,
    listener: listener.name,
    route: route.name,
    models: [...new Set(named)],
    key: keyOf(matched),
  };
}

function keyOf({ rule: { traffic } }: MatchedRoute): Offer['key'] {
  if (traffic.apiKey === undefined) return 'none';
  if (traffic.apiKey.location?.type === 'expression') return 'expression';
  return traffic.apiKey.mode === 'Strict' ? 'required' : 'optional';
}

/** A name that the listener and the route both take. */
function hostOf({ hostnames }: Route, hostname: string | undefined): string {
  const exact = [...hostnames, hostname ?? '*'].find((name) => !name.startsWith('*'));
  return exact ?? (hostnames[0] ?? hostname ?? 'localhost').replace(/^\*\./, 'playground.');
}

/** A path that rewriting makes whole first, then as SDKs write it. */
function suffixesOf(base: string): string[] {
  const versioned = base.endsWith('/v1') ? [] : ends.map((end) => `/v1${end}`);
  return ['', ...versioned, ...ends];
}

function once(offers: readonly Offer[]): Offer[] {
  const found = new Map<string, Offer>();
  for (const offer of offers) {
    const id = `${offer.port} ${offer.host} ${offer.route} ${offer.api}`;
    if (!found.has(id)) found.set(id, offer);
  }
  return [...found.values()];
}
