/** HTTPRoutes: attached to the listeners that take them, their rules compiled, their status told per parent. */
import type { Condition, KubeObject } from '../resources/object.ts';
import { hostMatches } from '../route/match.ts';
import type { BackendCompiler } from './backends.ts';
import { type ConditionInput, conditions, controllerName } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { type CompiledGateway, type GatewayListener, type Gateways, takesHttpRoutes } from './gateways.ts';
import type { Guards } from './guards.ts';
import { groups, nameOf, selects } from './objects.ts';
import { recordingConditions } from './recording.ts';
import { compileRules, type HttpRouteSpec, type RuleFault } from './route-rules.ts';
import type { Route } from './snapshot.ts';
import type { StatusWrite } from './status-write.ts';

interface ParentRef {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  sectionName?: string;
  port?: number;
}

export interface CompiledRoutes {
  statuses: StatusWrite[];
  /** Route name → the Gateways it is attached to. */
  gatewaysOf: Map<string, CompiledGateway[]>;
}

export function compileHttpRoutes(
  context: CompileContext,
  gateways: Gateways,
  guards: Guards,
  backends: BackendCompiler,
): CompiledRoutes {
  const result: CompiledRoutes = { statuses: [], gatewaysOf: new Map() };
  for (const object of context.objects.list(groups.gatewayApi, 'HTTPRoute')) {
    const spec = object['spec'] as HttpRouteSpec & { parentRefs?: ParentRef[] };
    const parents = (spec.parentRefs ?? []).flatMap((ref) =>
      attachToParent(ref, object, spec, { context, gateways, guards, backends }, result),
    );
    result.statuses.push({
      object,
      status: { parents: parents.map((parent) => parentStatus(object, parent, context)) },
    });
  }
  return result;
}

interface Attachment {
  ref: ParentRef;
  accepted: ConditionInput;
  resolved: ConditionInput;
}

interface RouteWork {
  context: CompileContext;
  gateways: Gateways;
  guards: Guards;
  backends: BackendCompiler;
}

/** A parent that is not one of our Gateways gets no entry: another controller may write it. */
function attachToParent(
  ref: ParentRef,
  object: KubeObject,
  spec: HttpRouteSpec,
  work: RouteWork,
  result: CompiledRoutes,
): Attachment[] {
  if ((ref.kind ?? 'Gateway') !== 'Gateway' || (ref.group ?? groups.gatewayApi) !== groups.gatewayApi)
    return [];
  const gateway = work.gateways.find(ref.namespace ?? object.metadata.namespace!, ref.name);
  if (gateway === undefined) return [];
  const { listeners, fault } = listenersFor(ref, object, spec, gateway, work.context);
  const faults: RuleFault[] = [];
  for (const listener of listeners) {
    listener.listener.routes.push(compileRoute(object, spec, listener, gateway, work, faults));
    listener.attached.add(nameOf(object));
  }
  if (listeners.length === 0) compileRules(object, spec, undefined, work, faults);
  if (fault === undefined) remember(result.gatewaysOf, nameOf(object), gateway);
  const unsupported = faults.find((f) => f.kind === 'unsupported');
  const unresolved = faults.find((f) => f.kind === 'unresolved');
  const problem = fault ?? unsupported;
  return [
    {
      ref,
      accepted: {
        type: 'Accepted',
        status: problem === undefined,
        reason: problem?.reason ?? 'Accepted',
        message: problem?.message,
      },
      resolved: {
        type: 'ResolvedRefs',
        status: unresolved === undefined,
        reason: unresolved?.reason ?? 'ResolvedRefs',
        message: unresolved?.message,
      },
    },
  ];
}

function remember(map: Map<string, CompiledGateway[]>, name: string, gateway: CompiledGateway): void {
  const known = map.get(name) ?? [];
  if (!known.includes(gateway)) map.set(name, [...known, gateway]);
}

interface ListenerChoice {
  listeners: GatewayListener[];
  fault?: { reason: string; message: string };
}

function listenersFor(
  ref: ParentRef,
  object: KubeObject,
  spec: HttpRouteSpec,
  gateway: CompiledGateway,
  context: CompileContext,
): ListenerChoice {
  const none = (reason: string, message: string): ListenerChoice => ({
    listeners: [],
    fault: { reason, message },
  });
  const named = gateway.listeners.filter(
    ({ spec: listener }) =>
      (ref.sectionName === undefined || ref.sectionName === listener.name) &&
      (ref.port === undefined || ref.port === listener.port),
  );
  if (named.length === 0) {
    return none(
      'NoMatchingParent',
      ref.sectionName === undefined
        ? `port ${ref.port} not found`
        : `sectionName "${ref.sectionName}" not found`,
    );
  }
  const allowing = named.filter(
    ({ spec: listener }) => takesHttpRoutes(listener) && allowsNamespace(listener, object, gateway, context),
  );
  if (allowing.length === 0)
    return none('NotAllowedByListeners', 'no listener allows routes of this kind from this namespace');
  const hosted = allowing.filter(
    ({ spec: listener }) => commonHostnames(listener.hostname, spec.hostnames) !== undefined,
  );
  if (hosted.length === 0)
    return none('NoMatchingListenerHostname', 'no listener has a hostname in common with the route');
  return { listeners: hosted.filter(({ fault }) => fault === undefined) };
}

function allowsNamespace(
  listener: GatewayListener['spec'],
  object: KubeObject,
  gateway: CompiledGateway,
  context: CompileContext,
): boolean {
  const { from = 'Same', selector } = listener.allowedRoutes?.namespaces ?? {};
  if (from === 'All') return true;
  if (from === 'Same') return object.metadata.namespace === gateway.object.metadata.namespace;
  if (from !== 'Selector' || selector === undefined) return false;
  const namespace = context.objects.get(groups.core, 'Namespace', undefined, object.metadata.namespace!);
  return namespace !== undefined && selects(selector, namespace.metadata.labels);
}

/** The hostnames that listener and route share; [] stands for every host, undefined for none. */
function commonHostnames(
  listener: string | undefined,
  route: readonly string[] | undefined,
): string[] | undefined {
  if (route === undefined || route.length === 0) return listener === undefined ? [] : [listener];
  if (listener === undefined) return [...route];
  const shared = route.flatMap((hostname) => {
    if (hostMatches(listener, hostname)) return [hostname];
    return hostMatches(hostname, listener) ? [listener] : [];
  });
  return shared.length === 0 ? undefined : shared;
}

function compileRoute(
  object: KubeObject,
  spec: HttpRouteSpec,
  listener: GatewayListener,
  gateway: CompiledGateway,
  work: RouteWork,
  faults: RuleFault[],
): Route {
  return {
    name: nameOf(object),
    createdAt: object.metadata.creationTimestamp ?? '',
    hostnames: commonHostnames(listener.spec.hostname, spec.hostnames) ?? [],
    rules: compileRules(object, spec, { gateway, listener }, work, faults),
  };
}

function parentStatus(
  object: KubeObject,
  { ref, accepted, resolved }: Attachment,
  context: CompileContext,
): unknown {
  const parentRef = {
    group: groups.gatewayApi,
    kind: 'Gateway',
    namespace: ref.namespace ?? object.metadata.namespace,
    name: ref.name,
    ...(ref.sectionName === undefined ? {} : { sectionName: ref.sectionName }),
    ...(ref.port === undefined ? {} : { port: ref.port }),
  };
  const before = (
    object['status'] as { parents?: { parentRef: ParentRef; conditions: Condition[] }[] } | undefined
  )?.parents?.find(
    (parent) =>
      parent.parentRef.name === ref.name &&
      parent.parentRef.sectionName === ref.sectionName &&
      parent.parentRef.port === ref.port,
  );
  return {
    parentRef,
    controllerName,
    conditions: conditions(
      object,
      before?.conditions,
      [accepted, resolved, ...recordingConditions(object)],
      context,
    ),
  };
}
