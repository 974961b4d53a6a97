/** The rules of an HTTPRoute: matches, filters, backends, and the policies in force. */
import type { KubeObject } from '../resources/object.ts';
import type { BackendCompiler } from './backends.ts';
import type { CompileContext } from './context.ts';
import { durationMs } from './durations.ts';
import type { CompiledGateway, GatewayListener } from './gateways.ts';
import { type Guards, trafficAt } from './guards.ts';
import { compileModelRoutes } from './model-routes.ts';
import { groups, nameOf } from './objects.ts';
import { recordingAt } from './recording.ts';
import { isGranted } from './reference-grants.ts';
import { compileRetry, type RetrySpec } from './resilience-fields.ts';
import { compileFilters, type FilterSpec } from './route-filters.ts';
import type { RouteMatch, RouteRule, StringMatch, WeightedBackend } from './snapshot.ts';

export interface HttpRouteSpec {
  hostnames?: string[];
  rules?: RuleSpec[];
}
interface RuleSpec {
  name?: string;
  matches?: MatchSpec[];
  filters?: FilterSpec[];
  backendRefs?: BackendRefSpec[];
  timeouts?: { request?: string; backendRequest?: string };
  retry?: RetrySpec;
}
interface MatchSpec {
  path?: { type?: RouteMatch['path']['type']; value?: string };
  method?: string;
  headers?: (Partial<StringMatch> & { name: string; value: string })[];
  queryParams?: (Partial<StringMatch> & { name: string; value: string })[];
}
export interface BackendRefSpec {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  port?: number;
  weight?: number;
  filters?: FilterSpec[];
}

export interface RuleFault {
  kind: 'unsupported' | 'unresolved';
  reason: string;
  message: string;
}

interface RuleWork {
  context: CompileContext;
  guards: Guards;
  backends: BackendCompiler;
}

/** `place` absent: only the faults are wanted, for the status of a route that is attached nowhere. */
export function compileRules(
  object: KubeObject,
  spec: HttpRouteSpec,
  place: { gateway: CompiledGateway; listener: GatewayListener } | undefined,
  work: RuleWork,
  faults: RuleFault[],
): RouteRule[] {
  const recording = recordingAt(place?.gateway.object, object);
  return (spec.rules ?? []).map((rule, index) => {
    const filters = compileFilters(rule.filters ?? []);
    if (filters.unsupported !== undefined) {
      faults.push({ kind: 'unsupported', reason: 'UnsupportedValue', message: filters.unsupported });
    }
    const traffic = trafficAt(work.guards, place, object, rule.name);
    if (filters.unsupported !== undefined) {
      traffic.broken.push({ policy: `HTTPRoute ${nameOf(object)}`, message: filters.unsupported });
    }
    const models = compileModelRoutes(object, work.backends);
    if (models !== undefined && 'fault' in models) {
      faults.push({ kind: 'unresolved', reason: 'BackendNotFound', message: models.fault });
      traffic.broken.push({ policy: `HTTPRoute ${nameOf(object)}`, message: models.fault });
    }
    // The rule's own says more of this traffic than a policy does.
    const retry = rule.retry === undefined ? undefined : compileRetry(rule.retry);
    if (retry !== undefined && 'retry' in retry) traffic.retry = retry.retry;
    return {
      index,
      name: rule.name,
      matches: compileMatches(rule.matches),
      filters: filters.filters,
      traffic,
      backends: (rule.backendRefs ?? []).map((ref) => compileBackendRef(ref, object, work, faults)),
      ...(models !== undefined && 'models' in models && { models: models.models }),
      ...(recording && { recording }),
      ...timeoutOf('requestTimeoutMs', rule.timeouts?.request),
      ...timeoutOf('attemptTimeoutMs', rule.timeouts?.backendRequest),
    };
  });
}

/** Zero is no timeout (GEP-1742). */
function timeoutOf(
  name: 'requestTimeoutMs' | 'attemptTimeoutMs',
  text: string | undefined,
): Partial<RouteRule> {
  const ms = text === undefined ? 0 : durationMs(text);
  return ms === 0 ? {} : { [name]: ms };
}

function compileMatches(specs: readonly MatchSpec[] | undefined): RouteMatch[] {
  const everything: RouteMatch = { path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] };
  if (specs === undefined || specs.length === 0) return [everything];
  return specs.map((spec) => ({
    path: { type: spec.path?.type ?? 'PathPrefix', value: spec.path?.value ?? '/' },
    ...(spec.method === undefined ? {} : { method: spec.method }),
    headers: (spec.headers ?? []).map(valueMatch),
    queryParams: (spec.queryParams ?? []).map(valueMatch),
  }));
}

function valueMatch({ name, type, value }: Partial<StringMatch> & { name: string; value: string }) {
  return { name, type: type ?? 'Exact', value };
}

function compileBackendRef(
  ref: BackendRefSpec,
  object: KubeObject,
  work: RuleWork,
  faults: RuleFault[],
): WeightedBackend {
  const namespace = ref.namespace ?? object.metadata.namespace!;
  const { group = '', kind = 'Service' } = ref;
  const filters = compileFilters(ref.filters ?? []).filters;
  const weight = ref.weight ?? 1;
  const refuse = (reason: string, message: string): WeightedBackend => {
    faults.push({ kind: 'unresolved', reason, message });
    return { weight, refusal: message, filters };
  };
  const isAi = group === groups.agentgateway && kind === 'AgentgatewayBackend';
  if (!isAi && !(group === '' && kind === 'Service')) {
    return refuse('InvalidKind', `referencing unsupported backendRef: group "${group}" kind "${kind}"`);
  }
  const from = { group: groups.gatewayApi, kind: 'HTTPRoute', namespace: object.metadata.namespace! };
  if (!isGranted(work.context, { from, to: { group, kind, namespace, name: ref.name } })) {
    return refuse(
      'RefNotPermitted',
      `no ReferenceGrant of namespace ${namespace} allows this reference to ${kind} ${ref.name}`,
    );
  }
  const backend = isAi
    ? work.backends.agentgateway(namespace, ref.name)
    : work.backends.service(namespace, ref.name, ref.port);
  if (backend !== undefined) return { weight, backend, filters };
  const message = isAi
    ? `Backend not found: ${namespace}/${ref.name}`
    : `backend(${ref.name}.${namespace}.svc.cluster.local) not found`;
  return refuse('BackendNotFound', message);
}
