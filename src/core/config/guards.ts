/** All that stands between a listener and a rule: policies, VirtualKeys, Budgets, joined into one traffic policy. */
import type { KubeObject } from '../resources/object.ts';
import type { CompiledBudgets } from './budgets.ts';
import type { CompiledGateway, GatewayListener } from './gateways.ts';
import { nameOf } from './objects.ts';
import type { CompiledPolicies } from './policies.ts';
import type { TrafficPolicy } from './snapshot.ts';
import type { CompiledVirtualKeys } from './virtual-keys.ts';

export interface Guards {
  policies: CompiledPolicies;
  virtualKeys: CompiledVirtualKeys;
  budgets: CompiledBudgets;
}

/** A Gateway that a VirtualKey opens asks for a key (Strict) unless a policy says how it is done there. */
export function trafficAt(
  { policies, virtualKeys, budgets }: Guards,
  place: { gateway: CompiledGateway; listener: GatewayListener } | undefined,
  route: KubeObject,
  ruleName: string | undefined,
): TrafficPolicy {
  const traffic = policies.trafficFor(place, route, ruleName);
  if (place === undefined) return traffic;
  const gateway = nameOf(place.gateway.object);
  const keySet = virtualKeys.keySetOf.get(gateway);
  if (keySet !== undefined) {
    const policy = traffic.apiKey ?? { policy: `VirtualKeys of ${gateway}`, mode: 'Strict', keySets: [] };
    traffic.apiKey = { ...policy, keySets: [...policy.keySets, keySet] };
  }
  const here = budgets.on(gateway);
  traffic.budgets = here.budgets;
  traffic.broken.push(...here.broken);
  return traffic;
}
