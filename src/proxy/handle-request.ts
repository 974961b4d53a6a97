/**
 * The straight line of one request:
 * match route → run policies → choose the backend → translate → send → translate back while it streams → deliver →
 * settle exactly once → record. One configuration snapshot serves it from the first line to the last.
 */
import type { AiBackend, RouteRule, RouteType, WeightedBackend } from '../core/config/snapshot.ts';
import type { Refusal } from '../core/errors.ts';
import { rewrite } from '../core/route/filters.ts';
import type { MatchedRoute } from '../core/route/match.ts';
import { routeTypeOf } from '../core/route/route-type.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { forwardHttp } from './forward-http.ts';
import { runPolicies } from './operations.ts';
import { refuse } from './refuse.ts';

import { sendWhole } from './send.ts';
import { serveLlm } from './serve-llm.ts';
import { beginTrace } from './trace.ts';

export async function handleRequest(call: Call, port: number, deps: DataPathDependencies): Promise<void> {
  const matched = matchRoute(call, port);
  beginTrace(call, deps.traceSampler, deps.random);
  if (matched === undefined)
    return refuse(call, { code: 'route_not_found' }, deps.dialectError, 'Completions');
  const { rule } = matched;
  const rewritten = rewrite(rule.filters, matched.match, { ...call.target, port });
  // Routes by model say which API a path is by their first backend; who serves is known when the body has been read.
  const chosen = rule.models === undefined ? chooseBackend(rule, deps.random()) : rule.backends[0];
  const backend = chosen?.backend === undefined ? undefined : call.snapshot.backend(chosen.backend);
  const routeType: RouteType = backend?.type === 'ai' ? routeTypeOf(backend, rewritten.path) : 'Completions';

  call.responseModifiers = responseModifiersOf(rule, chosen);
  const refusal = await runPolicies(
    call.snapshot.rule(rule).requestPolicies,
    call.context,
    call.snapshot,
    deps,
  );
  call.record.key = call.context.identity;
  if (refusal !== undefined) return refuse(call, refusal, deps.dialectError, routeType);
  for (const policy of call.snapshot.rule(rule).requestPolicies) call.settling.add(policy);
  if (rewritten.redirect !== undefined) {
    return sendWhole(call, rewritten.redirect.status, { location: rewritten.redirect.location }, '');
  }

  if (backend === undefined || backend.refusal !== undefined) {
    return refuse(call, unresolved(chosen, backend?.refusal), deps.dialectError, routeType);
  }
  call.record.backend = backend.name;
  const path = rewritten.path + (call.target.query === '' ? '' : `?${call.target.query}`);
  const modifiers = requestModifiersOf(rule, chosen);
  if (backend.type === 'http')
    return forwardHttp(
      call,
      { backend, key: chosen!.backend!, path, host: rewritten.host, modifiers, rule },
      deps,
    );
  return serveLlm(call, { backend: backend as AiBackend, routeType, path, modifiers, rule }, deps);
}

function matchRoute(call: Call, port: number): MatchedRoute | undefined {
  const matched = call.snapshot.routes(port)?.match(call.target);
  if (matched?.listener !== undefined) {
    call.record.gateway = matched.listener.gateway;
    call.record.listener = matched.listener.name;
  }
  if (matched === undefined || !('rule' in matched)) return undefined;
  call.record.route = matched.route.name;
  call.context.route = matched.route.name;
  call.record.routeRule = matched.rule.name ?? String(matched.rule.index);
  return matched;
}

/** By weight; `random` is in [0, 1). All weights zero, or no backend at all: none. */
function chooseBackend(rule: RouteRule, random: number): WeightedBackend | undefined {
  if (rule.backends.length === 1 && rule.backends[0]!.weight > 0) return rule.backends[0];
  const total = rule.backends.reduce((sum, backend) => sum + backend.weight, 0);
  let at = random * total;
  return rule.backends.find((backend) => {
    at -= backend.weight;
    return at < 0;
  });
}

function unresolved(chosen: WeightedBackend | undefined, refusal: string | undefined): Refusal {
  return { code: 'backend_not_found', cause: refusal ?? chosen?.refusal ?? 'the rule has no backend' };
}

function requestModifiersOf(rule: RouteRule, chosen: WeightedBackend | undefined) {
  const policy = rule.traffic.headerModifiers?.request;
  return [...modifiersIn('RequestHeaderModifier', rule, chosen), ...(policy === undefined ? [] : [policy])];
}

function responseModifiersOf(rule: RouteRule, chosen: WeightedBackend | undefined) {
  const policy = rule.traffic.headerModifiers?.response;
  return [...modifiersIn('ResponseHeaderModifier', rule, chosen), ...(policy === undefined ? [] : [policy])];
}

function modifiersIn(
  type: 'RequestHeaderModifier' | 'ResponseHeaderModifier',
  rule: RouteRule,
  chosen: WeightedBackend | undefined,
) {
  const filters = chosen === undefined ? rule.filters : [...rule.filters, ...chosen.filters];
  return filters.flatMap((filter) => (filter.type === type ? [filter.modifier] : []));
}
