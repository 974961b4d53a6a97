/** AgentgatewayPolicies: compiled once, attached to their targets, merged per rule: the more specific field replaces. */
import type { PromptGuard } from '../guard/model.ts';
import type { KubeObject } from '../resources/object.ts';
import type { CompileContext } from './context.ts';
import type { CompiledGateway, GatewayListener } from './gateways.ts';
import { groups, type LabelSelector, nameOf, selects } from './objects.ts';
import { compilePromptGuard, type PromptGuardSpec } from './prompt-guards.ts';
import type { TrafficPolicy } from './snapshot.ts';
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
  backend?: { ai?: { promptGuard?: PromptGuardSpec; [other: string]: unknown }; [other: string]: unknown };
  strategy?: { inheritance?: 'Default' | 'Override' };
}

export interface CompiledPolicy {
  object: KubeObject;
  targets: TargetRef[];
  traffic: CompiledTraffic;
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
  /** Of the oldest policy on this backend that has one. */
  promptGuardOf(backend: KubeObject): PromptGuard | undefined;
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
    promptGuardOf: (backend) =>
      all.find(
        ({ traffic: { fields }, ...policy }) =>
          fields.promptGuard !== undefined && targetsObject(policy, 'AgentgatewayBackend', backend),
      )?.traffic.fields.promptGuard,
  };
}

function compilePolicy(context: CompileContext, object: KubeObject): CompiledPolicy {
  const spec = object['spec'] as PolicySpec;
  const traffic = compileTraffic(context, object, spec.traffic ?? {});
  compileBackendSection(context, object, spec.backend ?? {}, traffic);
  for (const field of Object.keys(spec.frontend ?? {})) {
    const message = `frontend.${field} is not enforced by this version`;
    if (field === 'networkAuthorization' || field === 'tls') traffic.broken.push(message);
    else traffic.faults.push(message);
  }
  return {
    object,
    targets: spec.targetRefs ?? selectedTargets(context, object, spec),
    traffic,
    overrides: spec.strategy?.inheritance === 'Override',
    conflicts: new Map(),
  };
}

function compileBackendSection(
  context: CompileContext,
  object: KubeObject,
  { ai = {}, ...others }: NonNullable<PolicySpec['backend']>,
  { broken, fields }: CompiledTraffic,
): void {
  const { promptGuard, ...unserved } = ai;
  const names = [...Object.keys(others), ...Object.keys(unserved).map((field) => `ai.${field}`)];
  for (const field of names) broken.push(`backend.${field} of a policy is not enforced by this version`);
  if (promptGuard === undefined) return;
  const namespace = object.metadata.namespace!;
  const owner = { kind: 'AgentgatewayPolicy', namespace, name: nameOf(object) } as const;
  const compiled = compilePromptGuard(context, owner, promptGuard);
  if ('guard' in compiled) fields.promptGuard = compiled.guard;
  else broken.push(`backend.ai.${compiled.fault}`);
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

function targetsObject(
  policy: Pick<CompiledPolicy, 'object' | 'targets'>,
  kind: string,
  object: KubeObject,
  section?: string,
): boolean {
  if (policy.object.metadata.namespace !== object.metadata.namespace) return false;
  return policy.targets.some(
    (t) => t.kind === kind && t.name === object.metadata.name && t.sectionName === section,
  );
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
