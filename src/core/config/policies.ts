/** AgentgatewayPolicies: compiled once, attached to their targets, merged per rule: the more specific field replaces. */
import type { KubeObject } from '../resources/object.ts';
import type { CompileContext } from './context.ts';
import type { GatewayTracing } from './gateway-tracing.ts';
import type { CompiledGateway, GatewayListener, Gateways } from './gateways.ts';
import { groups, type LabelSelector, nameOf, selects } from './objects.ts';
import { compilePromptGuard } from './prompt-guards.ts';
import { type BackendPoliciesSpec, isServedPolicy, mergePolicies } from './provider-targets.ts';
import type { TrafficPolicy } from './snapshot.ts';
import { compileTracing, type TracingSpec } from './tracing.ts';
import { type CompiledTraffic, compileTraffic, type TrafficFields } from './traffic-fields.ts';

export interface TargetRef {
  group: string;
  kind: string;
  name: string;
  sectionName?: string;
}
interface PolicySpec {
  targetRefs?: TargetRef[];
  targetSelectors?: (Omit<TargetRef, 'name'> & LabelSelector)[];
  traffic?: Record<string, unknown>;
  frontend?: Record<string, unknown>;
  backend?: BackendPoliciesSpec;
  strategy?: { inheritance?: 'Default' | 'Override' };
}

export interface CompiledPolicy {
  object: KubeObject;
  targets: TargetRef[];
  traffic: CompiledTraffic;
  /** Of the backends that it targets. */
  backend: BackendPoliciesSpec;
  tracing?: GatewayTracing;
  overrides: boolean;
  /** Fields of which an older policy on the same target is in force, `field → policy`. Filled while merging. */
  conflicts: Map<string, string>;
}

export interface CompiledPolicies {
  all: CompiledPolicy[];
  /** `place` absent: the route is attached nowhere, only its own policies count. */
  trafficFor(
    place: { gateway: CompiledGateway; listener: GatewayListener } | undefined,
    route: KubeObject,
    ruleName: string | undefined,
  ): TrafficPolicy;
  /** Why a policy on this backend keeps it from being served. */
  backendRefusal(backend: KubeObject): string | undefined;
  /** What policies on this backend say of calls to it. */
  backendPolicies(backend: KubeObject): BackendPoliciesSpec;
  /** By the Gateway's name. */
  tracing(gateways: Gateways): Record<string, GatewayTracing>;
}

/** Kinds of target that a policy takes effect on here. */
const attachable = new Set(['Gateway', 'HTTPRoute', 'AgentgatewayBackend']);

export function isAttachable(target: TargetRef): boolean {
  return attachable.has(target.kind);
}

export function compilePolicies(context: CompileContext): CompiledPolicies {
  const all = context.objects
    .list(groups.agentgateway, 'AgentgatewayPolicy')
    .map((object) => compilePolicy(context, object));
  return {
    all,
    trafficFor: (place, route, ruleName) => merge(levelsOf(all, place, route, ruleName)),
    backendRefusal: (backend) => {
      const guard = all.find(
        (policy) => targetsObject(policy, 'AgentgatewayBackend', backend) && policy.traffic.broken.length > 0,
      );
      return guard === undefined ? undefined : `policy ${nameOf(guard.object)}: ${guard.traffic.broken[0]}`;
    },
    backendPolicies: (backend) => mergeBackend(all, backend),
    tracing: (gateways) => mergeTracing(all, gateways),
  };
}

/** How failures are met: without it a call is no less safe. */
const guardsNothing = new Set(['http', 'tcp', 'health']);

function compilePolicy(context: CompileContext, object: KubeObject): CompiledPolicy {
  const spec = object['spec'] as PolicySpec;
  const traffic = compileTraffic(context, object, spec.traffic ?? {});
  const targets = spec.targetRefs ?? selectedTargets(context, object, spec);
  compileBackendSection(context, object, spec.backend ?? {}, targets, traffic);
  const tracing = tracingOf(context, object, spec, traffic.faults);
  for (const field of Object.keys(spec.frontend ?? {}).filter((name) => name !== 'tracing')) {
    const message = `frontend.${field} is not enforced by this version`;
    if (field === 'networkAuthorization' || field === 'tls') traffic.broken.push(message);
    else traffic.faults.push(message);
  }
  return {
    object,
    targets,
    traffic,
    backend: spec.backend ?? {},
    ...(tracing && { tracing }),
    overrides: spec.strategy?.inheritance === 'Override',
    conflicts: new Map(),
  };
}

/** What it says of backends is told to those it targets; guards of model calls work on Gateways and routes too. */
function compileBackendSection(
  context: CompileContext,
  object: KubeObject,
  backend: BackendPoliciesSpec,
  targets: readonly TargetRef[],
  { broken, faults, fields }: CompiledTraffic,
): void {
  for (const field of Object.keys(backend).filter((name) => !isServedPolicy(name)))
    broken.push(`backend.${field} of a policy is not enforced by this version`);
  const { promptGuard, ...ai } = backend.ai ?? {};
  if (promptGuard !== undefined) {
    const namespace = object.metadata.namespace!;
    const owner = { kind: 'AgentgatewayPolicy', namespace, name: nameOf(object) } as const;
    const compiled = compilePromptGuard(context, owner, promptGuard);
    if ('guard' in compiled) fields.promptGuard = compiled.guard;
    else broken.push(`backend.ai.${compiled.fault}`);
  }
  if (targets.every(({ kind }) => kind === 'AgentgatewayBackend')) return;
  const elsewhere = Object.keys(backend).filter((name) => name !== 'ai' && isServedPolicy(name));
  for (const field of [...elsewhere, ...Object.keys(ai).map((name) => `ai.${name}`)])
    (guardsNothing.has(field) ? faults : broken).push(
      `backend.${field} is enforced by this version on targets of kind AgentgatewayBackend only`,
    );
}

function tracingOf(
  context: CompileContext,
  object: KubeObject,
  spec: PolicySpec,
  faults: string[],
): GatewayTracing | undefined {
  const asked = spec.frontend?.['tracing'];
  if (asked === undefined) return undefined;
  const compiled = compileTracing(context, object, asked as TracingSpec);
  if ('tracing' in compiled) return compiled.tracing;
  faults.push(...compiled.faults);
  return undefined;
}

/** By Gateway: of several policies the oldest is in force. */
function mergeTracing(all: readonly CompiledPolicy[], gateways: Gateways): Record<string, GatewayTracing> {
  const merged: Record<string, GatewayTracing> = {};
  for (const { object } of gateways.all) {
    const gateway = nameOf(object);
    for (const policy of all) {
      if (policy.tracing === undefined || !targetsObject(policy, 'Gateway', object)) continue;
      const owner = merged[gateway];
      if (owner === undefined) merged[gateway] = policy.tracing;
      else policy.conflicts.set('frontend.tracing', owner.policy);
    }
  }
  return merged;
}

function selectedTargets(context: CompileContext, object: KubeObject, spec: PolicySpec): TargetRef[] {
  return (spec.targetSelectors ?? []).flatMap(({ group, kind, sectionName, ...selector }) =>
    context.objects
      .list(group, kind)
      .filter(
        ({ metadata }) =>
          metadata.namespace === object.metadata.namespace && selects(selector, metadata.labels),
      )
      .map(({ metadata }) => ({ group, kind, name: metadata.name, sectionName })),
  );
}

function targetsObject(policy: CompiledPolicy, kind: string, object: KubeObject, section?: string): boolean {
  if (policy.object.metadata.namespace !== object.metadata.namespace) return false;
  return policy.targets.some(
    (t) => t.kind === kind && t.name === object.metadata.name && t.sectionName === section,
  );
}

/** The oldest on the same backend is in force, field by field. */
function mergeBackend(all: readonly CompiledPolicy[], backend: KubeObject): BackendPoliciesSpec {
  let merged: BackendPoliciesSpec = {};
  const owners = new Map<string, string>();
  for (const policy of all) {
    if (!targetsObject(policy, 'AgentgatewayBackend', backend)) continue;
    for (const field of Object.keys(policy.backend)) {
      const owner = owners.get(field);
      if (owner === undefined) owners.set(field, nameOf(policy.object));
      else policy.conflicts.set(`backend.${field}`, owner);
    }
    merged = mergePolicies(policy.backend, merged);
  }
  return merged;
}

/** From the least to the most specific; inside a level the oldest first. */
function levelsOf(
  all: readonly CompiledPolicy[],
  place: { gateway: CompiledGateway; listener: GatewayListener } | undefined,
  route: KubeObject,
  ruleName: string | undefined,
): CompiledPolicy[][] {
  const on = (kind: string, object: KubeObject, section?: string) =>
    all.filter((policy) => targetsObject(policy, kind, object, section));
  const levels: CompiledPolicy[][] = [];
  if (place !== undefined) {
    levels.push(
      on('Gateway', place.gateway.object),
      on('Gateway', place.gateway.object, place.listener.spec.name),
    );
  }
  levels.push(on('HTTPRoute', route));
  if (ruleName !== undefined) levels.push(on('HTTPRoute', route, ruleName));
  return levels;
}

function merge(levels: readonly CompiledPolicy[][]): TrafficPolicy {
  const merged: TrafficPolicy = { broken: [], authorization: [], budgets: [] };
  const locked = new Set<string>();
  for (const level of levels) {
    const owners = new Map<string, CompiledPolicy>();
    for (const policy of level) {
      const name = nameOf(policy.object);
      for (const message of policy.traffic.broken) merged.broken.push({ policy: name, message });
      const { authorization, ...fields } = policy.traffic.fields;
      if (authorization !== undefined) merged.authorization.push(authorization);
      for (const field of Object.keys(fields) as (keyof TrafficFields)[]) {
        const owner = owners.get(field);
        if (owner !== undefined) policy.conflicts.set(field, nameOf(owner.object));
        else if (!locked.has(field)) {
          owners.set(field, policy);
          Object.assign(merged, { [field]: fields[field as keyof typeof fields] });
        }
      }
    }
    for (const [field, policy] of owners) if (policy.overrides) locked.add(field);
  }
  return merged;
}
