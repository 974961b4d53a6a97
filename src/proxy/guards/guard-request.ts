/** The request under its guards: what may go on of it, or a refusal that the client has been told. */
import type { RouteType } from '../../core/config/snapshot.ts';
import type { PromptGuard } from '../../core/guard/model.ts';
import type { Call } from '../call.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import { refuse } from '../refuse.ts';
import { refusalOf } from '../upstream-failures.ts';
import { CallGuards } from './call-guards.ts';

/** Undefined: it was refused. */
export async function guardRequest(
  call: Call,
  guard: PromptGuard,
  routeType: RouteType,
  body: string,
  deps: DataPathDependencies,
): Promise<string | undefined> {
  try {
    call.guards = new CallGuards(guard, call, routeType, deps);
    return await call.guards.request(body);
  } catch (error) {
    refuse(call, refusalOf(error), deps.dialectError, routeType);
    return undefined;
  }
}
