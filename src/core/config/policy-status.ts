/** Status of policies: one ancestor per Gateway they act on, and one that tells of targets that are missing. */
import type { Condition } from '../resources/object.ts';
import { type ConditionInput, conditions, controllerName } from './conditions.ts';
import type { CompileContext } from './context.ts';
import type { Gateways } from './gateways.ts';
import type { CompiledRoutes } from './http-routes.ts';
import { groups } from './objects.ts';
import { type CompiledPolicies, type CompiledPolicy, isAttachable, type TargetRef } from './policies.ts';
import type { StatusWrite } from './status-write.ts';

/** The API's bound on ancestors (GEP-713). */
const maxAncestors = 16;

interface AncestorRef {
  group: string;
  kind: string;
  namespace?: string;
  name: string;
}

export function policyStatuses(
  context: CompileContext,
  policies: CompiledPolicies,
  gateways: Gateways,
  routes: CompiledRoutes,
): StatusWrite[] {
  return policies.all.map((policy) => {
    const { found, missing } = resolveTargets(context, policy, gateways, routes);
    const ancestors = found.map((ref) => entry(context, policy, ref, undefined));
    if (missing.length > 0) {
      const summary = { group: groups.agentgateway, kind: 'Gateway', name: 'StatusSummary' };
      ancestors.unshift(entry(context, policy, summary, missing));
    }
    return { object: policy.object, status: { ancestors: ancestors.slice(0, maxAncestors) } };
  });
}

interface ResolvedTargets {
  found: AncestorRef[];
  missing: string[];
}

function resolveTargets(
  context: CompileContext,
  policy: CompiledPolicy,
  gateways: Gateways,
  routes: CompiledRoutes,
): ResolvedTargets {
  const namespace = policy.object.metadata.namespace!;
  const found = new Map<string, AncestorRef>();
  const missing: string[] = [];
  const add = (ref: AncestorRef) => found.set(`${ref.kind}/${ref.namespace}/${ref.name}`, ref);
  for (const target of policy.targets) {
    const name = `${namespace}/${target.name}`;
    if (!isAttachable(target)) {
      missing.push(`targets of kind ${target.kind} are not served by this version`);
    } else if (!exists(context, namespace, target, gateways)) {
      missing.push(
        `${target.kind} ${name}${target.sectionName === undefined ? '' : ` section "${target.sectionName}"`} not found`,
      );
    } else if (target.kind === 'HTTPRoute') {
      const attached = routes.gatewaysOf.get(name) ?? [];
      if (attached.length === 0) missing.push(`HTTPRoute ${name} is attached to no Gateway`);
      for (const { object } of attached)
        add({
          group: groups.gatewayApi,
          kind: 'Gateway',
          namespace: object.metadata.namespace,
          name: object.metadata.name,
        });
    } else add({ group: target.group, kind: target.kind, namespace, name: target.name });
  }
  return { found: [...found.values()], missing };
}

function exists(context: CompileContext, namespace: string, target: TargetRef, gateways: Gateways): boolean {
  if (target.kind !== 'Gateway') {
    const object = context.objects.get(target.group, target.kind, namespace, target.name);
    if (object === undefined || target.sectionName === undefined || target.kind !== 'HTTPRoute')
      return object !== undefined;
    const { rules = [] } = object['spec'] as { rules?: { name?: string }[] };
    return rules.some((rule) => rule.name === target.sectionName);
  }
  const gateway = gateways.find(namespace, target.name);
  if (gateway === undefined || target.sectionName === undefined) return gateway !== undefined;
  return gateway.listeners.some(({ spec }) => spec.name === target.sectionName);
}

function entry(
  context: CompileContext,
  policy: CompiledPolicy,
  ancestorRef: AncestorRef,
  missing: string[] | undefined,
): unknown {
  const { object } = policy;
  const status = object['status'] as
    | { ancestors?: { ancestorRef: AncestorRef; conditions: Condition[] }[] }
    | undefined;
  const before = status?.ancestors?.find(
    ({ ancestorRef: ref }) =>
      ref.kind === ancestorRef.kind &&
      ref.name === ancestorRef.name &&
      ref.namespace === ancestorRef.namespace,
  );
  const inputs = [accepted(policy), ...attached(policy, missing)];
  return { ancestorRef, controllerName, conditions: conditions(object, before?.conditions, inputs, context) };
}

function accepted({ traffic, conflicts }: CompiledPolicy): ConditionInput {
  const lost = [...conflicts].map(
    ([field, winner]) =>
      `${field} is set on the same target by the older policy ${winner}, which is in force`,
  );
  const errors = [...traffic.broken, ...traffic.faults, ...lost];
  if (errors.length === 0)
    return { type: 'Accepted', status: true, reason: 'Valid', message: 'Policy accepted' };
  const refused = traffic.broken.length > 0 ? 'What this policy guards is refused until it is mended: ' : '';
  return { type: 'Accepted', status: true, reason: 'PartiallyValid', message: refused + errors.join('; ') };
}

/** As agentgateway has it: a policy that is not valid in every part says nothing about being attached, unless it is not. */
function attached({ traffic }: CompiledPolicy, missing: string[] | undefined): ConditionInput[] {
  if (missing !== undefined) {
    const message = `Policy is not attached: ${missing.join('; ')}`;
    return [{ type: 'Attached', status: false, reason: 'Pending', message }];
  }
  if (traffic.broken.length + traffic.faults.length > 0) return [];
  return [{ type: 'Attached', status: true, reason: 'Attached', message: 'Attached to all targets' }];
}
