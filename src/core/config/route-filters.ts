/** HTTPRoute filters → the data path's; one that is not served makes its rule refuse instead of being left out. */
import type { HeaderModifier, PathRewrite, RouteFilter } from './snapshot.ts';

interface HeaderModifierSpec {
  set?: { name: string; value: string }[];
  add?: { name: string; value: string }[];
  remove?: string[];
}
interface PathSpec {
  type: PathRewrite['type'];
  replaceFullPath?: string;
  replacePrefixMatch?: string;
}
export interface FilterSpec {
  type: string;
  urlRewrite?: { hostname?: string; path?: PathSpec };
  requestHeaderModifier?: HeaderModifierSpec;
  responseHeaderModifier?: HeaderModifierSpec;
  requestRedirect?: {
    scheme?: string;
    hostname?: string;
    port?: number;
    path?: PathSpec;
    statusCode?: number;
  };
}

export function compileFilters(specs: readonly FilterSpec[]): {
  filters: RouteFilter[];
  unsupported?: string;
} {
  const filters: RouteFilter[] = [];
  let unsupported: string | undefined;
  for (const spec of specs) {
    const filter = compileFilter(spec);
    if (filter === undefined) unsupported ??= `filter ${spec.type} is not served by this version`;
    else filters.push(filter);
  }
  return { filters, unsupported };
}

function compileFilter(spec: FilterSpec): RouteFilter | undefined {
  if (spec.urlRewrite !== undefined) {
    return {
      type: 'URLRewrite',
      hostname: spec.urlRewrite.hostname,
      path: pathRewrite(spec.urlRewrite.path),
    };
  }
  if (spec.requestHeaderModifier !== undefined) {
    return { type: 'RequestHeaderModifier', modifier: headerModifier(spec.requestHeaderModifier) };
  }
  if (spec.responseHeaderModifier !== undefined) {
    return { type: 'ResponseHeaderModifier', modifier: headerModifier(spec.responseHeaderModifier) };
  }
  if (spec.requestRedirect === undefined) return undefined;
  const { path, statusCode = 302, ...rest } = spec.requestRedirect;
  return { type: 'RequestRedirect', ...rest, path: pathRewrite(path), statusCode };
}

export function headerModifier(spec: HeaderModifierSpec): HeaderModifier {
  return { set: spec.set ?? [], add: spec.add ?? [], remove: spec.remove ?? [] };
}

function pathRewrite(path: PathSpec | undefined): PathRewrite | undefined {
  if (path === undefined) return undefined;
  return {
    type: path.type,
    value: (path.type === 'ReplaceFullPath' ? path.replaceFullPath : path.replacePrefixMatch) ?? '/',
  };
}
