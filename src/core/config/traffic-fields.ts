/** One AgentgatewayPolicy's `traffic` section → the fields it sets, and what is wrong with it. */
import { compileExpression } from '../cel/compile.ts';
import type { KubeObject } from '../resources/object.ts';
import type { CompileContext } from './context.ts';
import { compileLocation, type LocationSpec } from './credentials.ts';
import { durationMs } from './durations.ts';
import { compileKeySet } from './key-sets.ts';
import { groups, nameOf, selects } from './objects.ts';
import { compileRateLimit, type RateLimitSpec } from './rate-limits.ts';
import { compileRetry, type RetrySpec } from './resilience-fields.ts';
import { headerModifier } from './route-filters.ts';
import type { ApiKeyPolicy, AuthorizationPolicy, TrafficPolicy } from './snapshot.ts';

/** Fields by name, so that the more specific policy replaces them one by one. */
export type TrafficFields = Partial<Omit<TrafficPolicy, 'broken' | 'authorization' | 'budgets'>> & {
  authorization?: AuthorizationPolicy;
};

export interface CompiledTraffic {
  fields: TrafficFields;
  /** What keeps the policy from guarding: its targets are refused. */
  broken: string[];
  /** What is wrong but guards all the same. */
  faults: string[];
}

interface TrafficSpec {
  apiKeyAuthentication?: {
    mode?: ApiKeyPolicy['mode'];
    secretRef?: { name: string; kind?: string };
    secretSelector?: { matchLabels: Record<string, string> };
    configMapSelector?: { matchLabels: Record<string, string> };
    location?: LocationSpec;
  };
  rateLimit?: RateLimitSpec;
  authorization?: { action?: AuthorizationPolicy['action']; policy: { matchExpressions: string[] } };
  headerModifiers?: { request?: object; response?: object };
  directResponse?: DirectResponseSpec & {
    conditional?: { condition?: string; policy: DirectResponseSpec }[];
  };
  timeouts?: { request?: string };
  retry?: RetrySpec;
  [other: string]: unknown;
}
interface DirectResponseSpec {
  status?: number;
  body?: string;
  [other: string]: unknown;
}

/** Not enforced, and nothing is less safe for it: told in status only. */
const harmless = new Set(['phase', 'hostRewrite', 'delay']);

export function compileTraffic(
  context: CompileContext,
  object: KubeObject,
  spec: TrafficSpec,
): CompiledTraffic {
  const result: CompiledTraffic = { fields: {}, broken: [], faults: [] };
  const policy = nameOf(object);
  const {
    apiKeyAuthentication,
    rateLimit,
    authorization,
    headerModifiers,
    directResponse,
    timeouts,
    retry,
    ...others
  } = spec;
  for (const name of Object.keys(others)) {
    const message = `traffic.${name} is not enforced by this version`;
    if (harmless.has(name)) {
      if (name !== 'phase') result.faults.push(message);
    } else result.broken.push(message);
  }
  if (apiKeyAuthentication !== undefined)
    result.fields.apiKey = apiKey(context, object, apiKeyAuthentication, result);
  if (authorization !== undefined) {
    const { action = 'Allow', policy: rules } = authorization;
    for (const source of rules.matchExpressions) checkCel('authorization matchExpression', source, result);
    result.fields.authorization = { policy, action, expressions: rules.matchExpressions };
  }
  if (rateLimit !== undefined) addRateLimit(context, object, rateLimit, result);
  if (headerModifiers !== undefined) {
    const { request, response } = headerModifiers;
    result.fields.headerModifiers = {
      policy,
      ...(request && { request: headerModifier(request) }),
      ...(response && { response: headerModifier(response) }),
    };
  }
  if (directResponse !== undefined) addDirectResponse(policy, directResponse, result);
  if (timeouts?.request !== undefined) result.fields.requestTimeoutMs = durationMs(timeouts.request);
  if (retry !== undefined) addRetry(retry, result);
  return result;
}

function addRetry(spec: RetrySpec, result: CompiledTraffic): void {
  const compiled = compileRetry(spec);
  if ('retry' in compiled) result.fields.retry = compiled.retry;
  else result.faults.push(`traffic.${compiled.fault}`);
}

function checkCel(place: string, source: string, result: CompiledTraffic): void {
  const compiled = compileExpression(source);
  if (!compiled.ok)
    result.broken.push(`${place} is not a valid CEL expression: ${source}: ${compiled.error}`);
}

type ApiKeySpec = NonNullable<TrafficSpec['apiKeyAuthentication']>;

function apiKey(
  context: CompileContext,
  object: KubeObject,
  spec: ApiKeySpec,
  result: CompiledTraffic,
): ApiKeyPolicy {
  const keySets = sourcesOf(context, object, spec, result).map((source) => {
    const { name, faults } = compileKeySet(context, source);
    result.faults.push(...faults);
    return name;
  });
  const location = spec.location === undefined ? undefined : compileLocation(spec.location);
  if (location?.type === 'expression') checkCel('apiKeyAuthentication location', location.expression, result);
  return { policy: nameOf(object), mode: spec.mode ?? 'Strict', keySets, ...(location && { location }) };
}

/** No object at all leaves no keys: nobody gets in, and status says why. */
function sourcesOf(
  context: CompileContext,
  object: KubeObject,
  spec: ApiKeySpec,
  result: CompiledTraffic,
): KubeObject[] {
  const namespace = object.metadata.namespace!;
  if (spec.secretRef !== undefined) {
    const { name, kind = 'Secret' } = spec.secretRef;
    const found = kind === 'Secret' ? context.objects.get(groups.core, 'Secret', namespace, name) : undefined;
    if (found === undefined) result.faults.push(`secret ${namespace}/${name} not found`);
    return found === undefined ? [] : [found];
  }
  const kind = spec.secretSelector === undefined ? 'ConfigMap' : 'Secret';
  const selector = spec.secretSelector ?? spec.configMapSelector;
  const found = context.objects
    .list(groups.core, kind)
    .filter(({ metadata }) => metadata.namespace === namespace && selects(selector, metadata.labels));
  if (found.length === 0) result.faults.push(`no ${kind} in ${namespace} has the selected labels`);
  return found;
}

function addRateLimit(
  context: CompileContext,
  object: KubeObject,
  spec: RateLimitSpec,
  result: CompiledTraffic,
): void {
  const compiled = compileRateLimit(context, nameOf(object), object.metadata.namespace!, spec);
  for (const { place, source } of compiled.expressions) checkCel(`${place} CEL expression`, source, result);
  result.faults.push(...compiled.faults);
  if (compiled.local !== undefined) result.fields.localRateLimit = compiled.local;
  if (compiled.global !== undefined) result.fields.globalRateLimit = compiled.global;
}

function addDirectResponse(
  policy: string,
  spec: NonNullable<TrafficSpec['directResponse']>,
  result: CompiledTraffic,
): void {
  const entries = spec.conditional ?? [{ policy: spec }];
  for (const entry of entries) {
    const { condition } = entry as { condition?: string };
    if (condition !== undefined) checkCel('condition CEL expression', condition, result);
    const other = Object.keys(entry.policy).find((field) => field !== 'status' && field !== 'body');
    if (other !== undefined)
      result.broken.push(`traffic.directResponse.${other} is not served by this version`);
  }
  result.fields.directResponse = {
    policy,
    entries: entries.map((entry) => ({
      condition: (entry as { condition?: string }).condition,
      value: {
        status: entry.policy.status ?? 200,
        ...(entry.policy.body !== undefined && { body: entry.policy.body }),
      },
    })),
  };
}
