/** A request under the guards of whoever is to serve it: what may go on of it, or why it may not. */
import type { ProviderTarget } from '../../core/config/snapshot.ts';
import type { Refusal } from '../../core/errors.ts';
import type { Call } from '../call.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import type { LlmRoute } from '../llm-route.ts';
import { refusalOf } from '../upstream-failures.ts';
import { CallGuards } from './call-guards.ts';

export type GuardedRequest = { body: string } | { refusal: Refusal };

/** From here on the answer is under these guards too. Undefined: there is nothing to check, or it has been checked by the same. */
export function guardRequest(
  call: Call,
  route: LlmRoute,
  target: ProviderTarget,
  body: string,
  deps: DataPathDependencies,
): Promise<GuardedRequest> | undefined {
  const guard = target.guard ?? route.rule.traffic.promptGuard;
  if (guard === call.guards?.guard) return undefined;
  call.guards = undefined;
  if (guard === undefined) return undefined;
  const check = async (): Promise<GuardedRequest> => {
    try {
      call.guards = new CallGuards(guard, call.context, route, deps);
      return { body: await call.guards.request(body) };
    } catch (error) {
      // The next one with the same guards is not to pass unchecked.
      call.guards = undefined;
      return { refusal: refusalOf(error) };
    }
  };
  return check();
}
