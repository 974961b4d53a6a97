/** What the rules of routes lose between two snapshots: reach, backends, and what guarded them. */
import type { Consequence } from './consequence.ts';
import type { RouteRule, Snapshot, TrafficPolicy } from './snapshot.ts';

interface PlacedRule {
  gateway: string;
  route: string;
  rule: RouteRule;
}

export function changedRules(before: Snapshot, after: Snapshot): Consequence[] {
  const left = rulesOf(after);
  return [...rulesOf(before)].flatMap(([place, { gateway, route, rule }]) => {
    const now = left.get(place);
    const of = (effect: Consequence['effect'], detail?: string): Consequence => ({
      effect,
      kind: 'HTTPRoute',
      name: route,
      ...(detail === undefined ? {} : { detail }),
    });
    if (now === undefined) return [of('not-routed', gateway)];
    return [
      ...newRefusals(before, rule, after, now.rule).map((why) => of('refuses', why)),
      ...lostGuards(rule.traffic, now.rule.traffic).map(([effect, detail]) => of(effect, detail)),
    ];
  });
}

function rulesOf({ binds }: Snapshot): Map<string, PlacedRule> {
  const found = new Map<string, PlacedRule>();
  for (const { port, listeners } of binds)
    for (const { gateway, name: listener, routes } of listeners)
      for (const { name: route, rules } of routes)
        for (const rule of rules)
          found.set(JSON.stringify([port, gateway, listener, route, rule.index]), { gateway, route, rule });
  return found;
}

function newRefusals(before: Snapshot, rule: RouteRule, after: Snapshot, now: RouteRule): string[] {
  const known = new Set(refusalsOf(before, rule));
  return refusalsOf(after, now).filter((why) => !known.has(why));
}

function refusalsOf({ backends }: Snapshot, { backends: chosen, traffic }: RouteRule): string[] {
  return [
    ...chosen.flatMap(({ backend, refusal }) => {
      const why = refusal ?? (backend === undefined ? undefined : backends[backend]?.refusal);
      return why === undefined ? [] : [why];
    }),
    ...traffic.broken.map(({ policy, message }) => `${policy}: ${message}`),
  ];
}

function lostGuards(
  before: TrafficPolicy,
  after: TrafficPolicy,
): [effect: Consequence['effect'], detail?: string][] {
  const lost: [Consequence['effect'], string?][] = [];
  if (before.apiKey !== undefined && after.apiKey === undefined) lost.push(['asks-no-key']);
  const rules = new Set(after.authorization.map(({ policy }) => policy));
  for (const { policy } of before.authorization) if (!rules.has(policy)) lost.push(['allows-more', policy]);
  for (const name of ['localRateLimit', 'globalRateLimit'] as const)
    if (before[name] !== undefined && after[name] === undefined)
      lost.push(['limits-less', before[name].policy]);
  if (before.promptGuard !== undefined && after.promptGuard === undefined) lost.push(['guards-nothing']);
  return lost;
}
