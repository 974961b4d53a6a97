/**
 * A whole answer, or a stream that was held, under guards that may say no. It was made, so it is charged either way; the ledger's entry is
 * written when they have spoken, and tells what they said. The provider did its work: none of this is a failure of its.
 */
import type { RouteType } from '../../core/config/snapshot.ts';
import type { Usage } from '../../core/llm/usage.ts';
import type { Call } from '../call.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import { settle } from '../settle.ts';
import { describeFailure, refuseFailure } from '../upstream-failures.ts';

export interface GuardedAnswer {
  routeType: RouteType;
  usage: Usage;
  model: string | undefined;
  check(): Promise<string>;
}

/** The text that may go on; undefined: the call is refused. */
export async function guardAnswer(
  call: Call,
  { routeType, usage, model, check }: GuardedAnswer,
  deps: DataPathDependencies,
): Promise<string | undefined> {
  try {
    const text = await check();
    settle(call, usage, model, deps);
    return text;
  } catch (error) {
    try {
      describeFailure(call, error);
    } finally {
      settle(call, usage, model, deps);
    }
    refuseFailure(call, error, routeType, deps);
    return undefined;
  }
}
