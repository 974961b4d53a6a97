/** Counting what was used, exactly once per call, whatever way the call ended; and the call's entry in the ledger. */
import type { Charge } from '../core/budget/model.ts';
import type { Usage } from '../core/llm/usage.ts';
import { noUsage, sumOf, totalTokens, withinLimit } from '../core/llm/usage.ts';
import type { Operation } from '../core/policy/policy.ts';
import type { Call, Spent } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { charge } from './operations.ts';

/** Later calls of the same request change nothing. */
export function settle(
  call: Call,
  told: Usage,
  responseModel: string | undefined,
  deps: DataPathDependencies,
): void {
  if (call.settled) return;
  call.settled = true;
  const { usage } = describeUsage(call, countAttempt(call, told, responseModel, deps), responseModel);
  const operations = [...call.settling].flatMap((policy) => policy.settle?.(call.context, usage) ?? []);
  charge(
    operations.filter(({ kind }) => kind !== 'settle'),
    call.snapshot,
    deps,
  );
  enter(call, chargesIn(operations), deps);
}

/**
 * For calls that used nothing (refused, unroutable, failed on the way): what they hold is given back. Only calls that
 * somebody made with a key, or to a model, are worth an entry.
 */
export function enterUnsettled(call: Call, deps: DataPathDependencies): void {
  if (call.context.reservation !== undefined) settle(call, noUsage, undefined, deps);
  else if (call.entry === undefined && (call.record.llm !== undefined || call.record.key !== undefined))
    enter(call, [], deps);
}

function chargesIn(operations: readonly Operation[]): Charge[] {
  return operations.flatMap((operation) => (operation.kind === 'settle' ? operation.charges : []));
}

/** What failed attempts and this one used together. Told as the attempt's own where attempts are told apart. */
export function countAttempt(
  call: Call,
  told: Usage,
  responseModel: string | undefined,
  deps: DataPathDependencies,
): Spent {
  const { spent, attempt, record } = call;
  const { llm } = record;
  const limit = llm?.maxTokens;
  const usage = withinLimit(told, limit === undefined ? undefined : limit * call.context.llm!.answers);
  // A deployment's name may say nothing: then the model that answered does.
  const cost =
    llm === undefined
      ? undefined
      : (deps.prices.cost(llm.provider, llm.requestModel ?? '', usage) ??
        deps.prices.cost(llm.provider, responseModel ?? '', usage));
  if (attempt !== undefined) {
    attempt.durationMs = deps.nowMs() - record.startedAtMs - attempt.startedAfterMs;
    if (usage.estimated || totalTokens(usage) > 0) attempt.usage = usage;
    if (cost !== undefined) attempt.costNano = cost;
  }
  const costNano = cost ?? 0;
  const priced = cost !== undefined;
  if (spent === undefined) return { usage, costNano, priced };
  return {
    usage: sumOf(spent.usage, usage),
    costNano: spent.costNano + costNano,
    priced: priced && spent.priced,
  };
}

function describeUsage(call: Call, counted: Spent, responseModel: string | undefined): Spent {
  const { llm } = call.record;
  if (llm === undefined) return counted;
  const { usage, costNano, priced } = counted;
  llm.usage = usage;
  llm.responseModel = responseModel ?? llm.responseModel;
  if (priced) llm.costNano = costNano;
  call.context.llm!.costNano = costNano;
  call.context.variables['llm'] = {
    ...(call.context.variables['llm'] as object),
    ...usageVariables(usage, llm.responseModel),
  };
  return counted;
}

/** One step: counters and ledger agree whatever happens after it. A store that is out of reach keeps the entry for later. */
function enter(call: Call, charges: readonly Charge[], deps: DataPathDependencies): void {
  const { record } = call;
  deps.holds.delete(call);
  record.durationMs = deps.nowMs() - record.startedAtMs;
  if (charges.length > 0) {
    record.budgets = charges.map(({ item, used }) => ({
      budget: item.budget,
      group: item.group,
      unit: item.unit,
      used,
      windowStart: item.slices.at(-1)!,
      windowSeconds: item.keepSeconds,
    }));
  }
  call.entry = JSON.stringify(record);
  const failed = (error: unknown) => call.context.decisions.push(`not entered: ${String(error)}`);
  try {
    const entered = deps.accounts.settle(charges, call.entry);
    if (entered instanceof Promise) void entered.catch(failed);
  } catch (error) {
    failed(error);
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
