/** Counting what was used, exactly once per call, whatever way the call ended. */
import type { Usage } from '../core/llm/usage.ts';
import { totalTokens } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import { charge, type OperationDependencies } from './operations.ts';

/** Later calls of the same request change nothing. */
export function settle(
  call: Call,
  usage: Usage,
  responseModel: string | undefined,
  deps: OperationDependencies,
): void {
  if (call.settled) return;
  call.settled = true;
  const { llm } = call.record;
  if (llm !== undefined) {
    llm.usage = usage;
    llm.responseModel = responseModel ?? llm.responseModel;
    call.context.variables['llm'] = {
      ...(call.context.variables['llm'] as object),
      ...usageVariables(usage, llm.responseModel),
    };
  }
  for (const policy of call.settling) {
    if (policy.settle !== undefined) charge(policy.settle(call.context, usage), call.snapshot, deps);
  }
}

/** CEL ints are bigint. */
function usageVariables(usage: Usage, responseModel: string | undefined): Record<string, unknown> {
  return {
    ...(responseModel === undefined ? {} : { responseModel }),
    inputTokens: BigInt(usage.inputTokens),
    outputTokens: BigInt(usage.outputTokens),
    reasoningTokens: BigInt(usage.reasoningTokens),
    cachedInputTokens: BigInt(usage.cachedInputTokens),
    cacheCreationInputTokens: BigInt(usage.cacheWriteTokens),
    totalTokens: BigInt(totalTokens(usage)),
  };
}
