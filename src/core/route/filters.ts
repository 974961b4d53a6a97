/** HTTPRoute filters as changes to a request's path, host and headers. */
import type { HeaderModifier, PathRewrite, RouteFilter, RouteMatch } from '../config/snapshot.ts';

export interface Redirect {
  status: number;
  location: string;
}

export interface Rewritten {
  path: string;
  host?: string;
  redirect?: Redirect;
}

/** Applies the rewriting filters of a rule in order; header modifiers are applied where headers are built. */
export function rewrite(
  filters: readonly RouteFilter[],
  match: RouteMatch,
  target: { path: string; query: string; host: string; port: number },
): Rewritten {
  const result: Rewritten = { path: target.path };
  for (const filter of filters) {
    if (filter.type === 'URLRewrite') {
      if (filter.path !== undefined) result.path = rewritePath(filter.path, match, result.path);
      if (filter.hostname !== undefined) result.host = filter.hostname;
    } else if (filter.type === 'RequestRedirect') {
      const path = filter.path === undefined ? target.path : rewritePath(filter.path, match, target.path);
      result.redirect = { status: filter.statusCode, location: locationOf(filter, path, target) };
    }
  }
  return result;
}

function rewritePath(change: PathRewrite, match: RouteMatch, path: string): string {
  if (change.type === 'ReplaceFullPath') return change.value;
  const prefix = match.path.type === 'PathPrefix' ? match.path.value.replace(/\/+$/, '') : '';
  const rest = path.slice(prefix.length);
  const replaced =
    change.value.replace(/\/+$/, '') + (rest === '' || rest.startsWith('/') ? rest : `/${rest}`);
  return replaced === '' ? '/' : replaced;
}

function locationOf(
  filter: Extract<RouteFilter, { type: 'RequestRedirect' }>,
  path: string,
  target: { query: string; host: string; port: number },
): string {
  const scheme = filter.scheme ?? 'http';
  const port = filter.port ?? (filter.scheme === undefined ? target.port : scheme === 'https' ? 443 : 80);
  const isDefault = (scheme === 'http' && port === 80) || (scheme === 'https' && port === 443);
  const query = target.query === '' ? '' : `?${target.query}`;
  return `${scheme}://${filter.hostname ?? target.host}${isDefault ? '' : `:${port}`}${path}${query}`;
}

/** Changes `headers` (lower-case names) in place: set replaces, add appends, remove removes, in the Gateway API's order. */
export function modifyHeaders(headers: Record<string, string>, modifier: HeaderModifier): void {
  for (const { name, value } of modifier.set) headers[name.toLowerCase()] = value;
  for (const { name, value } of modifier.add) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  for (const name of modifier.remove) delete headers[name.toLowerCase()];
}
