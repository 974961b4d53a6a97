/** Gateway API routing: which rule serves a request. Built once per snapshot, then only read. */
import type { Listener, Route, RouteMatch, RouteRule } from '../config/snapshot.ts';

export interface RequestTarget {
  method: string;
  /** Lower-case, without port. */
  host: string;
  /** Without the query. */
  path: string;
  /** Without the question mark; '' when there is none. */
  query: string;
  /** Lower-case names; repeated headers joined with a comma. */
  headers: Readonly<Record<string, string | undefined>>;
}

export interface MatchedRoute {
  listener: Listener;
  route: Route;
  rule: RouteRule;
  match: RouteMatch;
}

interface Candidate extends MatchedRoute {
  hostname: string | undefined;
  accepts: (target: RequestTarget) => boolean;
}

interface ListenerRoutes {
  listener: Listener;
  candidates: Candidate[];
}

/** The routes of one port. */
export class RouteTable {
  /** Most specific hostname first. */
  readonly #listeners: ListenerRoutes[];

  constructor(listeners: readonly Listener[]) {
    this.#listeners = listeners
      .map((listener) => ({ listener, candidates: candidatesOf(listener) }))
      .sort((a, b) => compareHostnames(a.listener.hostname, b.listener.hostname));
  }

  /** The listener is chosen by hostname alone (listener isolation); its routes then decide. */
  match(target: RequestTarget): MatchedRoute | { listener?: Listener } {
    const owner = this.#listeners.find(({ listener }) => hostMatches(listener.hostname, target.host));
    const found = owner?.candidates.find(
      (candidate) => hostMatches(candidate.hostname, target.host) && candidate.accepts(target),
    );
    return found ?? { listener: owner?.listener };
  }
}

function candidatesOf(listener: Listener): Candidate[] {
  const candidates = listener.routes.flatMap((route) => {
    const hostnames = route.hostnames.length === 0 ? [undefined] : route.hostnames;
    return hostnames.flatMap((hostname) =>
      route.rules.flatMap((rule) =>
        rule.matches.map((match) => ({
          listener,
          route,
          rule,
          match,
          hostname,
          accepts: compileMatch(match),
        })),
      ),
    );
  });
  return candidates.sort(byPrecedence);
}

/** Gateway API precedence: host, path, method, headers, query, then the older route, its name, and the order inside. */
function byPrecedence(a: Candidate, b: Candidate): number {
  return (
    compareHostnames(a.hostname, b.hostname) ||
    pathRank(b.match) - pathRank(a.match) ||
    b.match.path.value.length - a.match.path.value.length ||
    Number(b.match.method !== undefined) - Number(a.match.method !== undefined) ||
    b.match.headers.length - a.match.headers.length ||
    b.match.queryParams.length - a.match.queryParams.length ||
    compareText(a.route.createdAt, b.route.createdAt) ||
    compareText(a.route.name, b.route.name) ||
    a.rule.index - b.rule.index
  );
}

function pathRank(match: RouteMatch): number {
  return match.path.type === 'Exact' ? 2 : match.path.type === 'PathPrefix' ? 1 : 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Exact names first, then the longer wildcard, then no hostname. */
export function compareHostnames(a: string | undefined, b: string | undefined): number {
  return hostnameRank(b) - hostnameRank(a);
}

function hostnameRank(hostname: string | undefined): number {
  if (hostname === undefined) return -1;
  return hostname.startsWith('*.') ? hostname.length : 1_000 + hostname.length;
}

export function hostMatches(hostname: string | undefined, host: string): boolean {
  if (hostname === undefined || hostname === host) return true;
  return hostname.startsWith('*.') && host.endsWith(hostname.slice(1)) && host.length > hostname.length - 1;
}

function compileMatch(match: RouteMatch): (target: RequestTarget) => boolean {
  const path = compilePath(match.path);
  const headers = match.headers.map((header) => ({
    name: header.name.toLowerCase(),
    test: compileValue(header),
  }));
  const params = match.queryParams.map((param) => ({ name: param.name, test: compileValue(param) }));
  return (target) =>
    path(target.path) &&
    (match.method === undefined || match.method === target.method) &&
    headers.every(({ name, test }) => test(target.headers[name])) &&
    (params.length === 0 || params.every(({ name, test }) => test(queryValue(target.query, name))));
}

function compilePath(path: RouteMatch['path']): (path: string) => boolean {
  if (path.type === 'Exact') return (value) => value === path.value;
  if (path.type === 'RegularExpression') return wholeMatch(path.value);
  const prefix = path.value.replace(/\/+$/, '');
  return (value) =>
    value.startsWith(prefix) && (value.length === prefix.length || value.charCodeAt(prefix.length) === 47);
}

function compileValue(match: { type: string; value: string }): (value: string | undefined) => boolean {
  if (match.type === 'Exact') return (value) => value === match.value;
  const test = wholeMatch(match.value);
  return (value) => value !== undefined && test(value);
}

/** The expression was tried when the configuration was compiled; one that slipped through matches nothing. */
function wholeMatch(source: string): (value: string) => boolean {
  try {
    const expression = new RegExp(`^(?:${source})$`);
    return (value) => expression.test(value);
  } catch {
    return () => false;
  }
}

/** First value of a query parameter; only the first counts (Gateway API). */
export function queryValue(query: string, name: string): string | undefined {
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (decodeQuery(key) === name) return equals < 0 ? '' : decodeQuery(pair.slice(equals + 1));
  }
  return undefined;
}

function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
