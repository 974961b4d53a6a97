/** What routing found out about a model call. */
import type { AiBackend, HeaderModifier, RouteRule, RouteType } from '../core/config/snapshot.ts';
import type { Fields } from '../core/llm/fields.ts';
import type { Call } from './call.ts';

export interface LlmRoute {
  backend: AiBackend;
  routeType: RouteType;
  /** Path and query after rewriting. */
  path: string;
  modifiers: HeaderModifier[];
  rule: RouteRule;
  /** The body, where it was read to find the route. */
  parsed?: { text: string; fields: Fields } | undefined;
}

/** Milliseconds until the call as a whole is given up; undefined: nothing limits it. */
export function remainingMs(call: Call, { rule }: Pick<LlmRoute, 'rule'>, nowMs: number): number | undefined {
  const total = rule.requestTimeoutMs ?? rule.traffic.requestTimeoutMs;
  return total === undefined ? undefined : Math.max(0, call.record.startedAtMs + total - nowMs);
}
