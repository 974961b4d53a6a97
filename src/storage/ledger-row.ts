/** What the ledger stores keep of a record beside its text: the columns that are filtered and added up, and its charges. */
import { noUsage } from '../core/llm/usage.ts';
import { outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import type { ChargedSum } from './ledger.ts';

/**
 * In the order: id, started, outcome, key, user, model, response model, provider, route, labels (JSON), input, cached input, cache
 * write, output, reasoning, cost, unpriced, duration, first token.
 */
export function columnsOf(record: RequestRecord): (string | number | null)[] {
  const { llm, key } = record;
  const usage = llm?.usage ?? noUsage;
  const used = usage.inputTokens + usage.outputTokens > 0;
  return [
    record.id,
    Math.floor(record.startedAtMs),
    outcomeOf(record),
    key?.id ?? '',
    key?.user ?? '',
    llm?.requestModel ?? llm?.responseModel ?? '',
    llm?.responseModel ?? '',
    llm?.provider ?? '',
    record.route ?? '',
    JSON.stringify(key?.labels ?? {}),
    usage.inputTokens,
    usage.cachedInputTokens,
    usage.cacheWriteTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    llm?.costNano ?? 0,
    used && llm?.costNano === undefined ? 1 : 0,
    record.durationMs,
    llm?.timeToFirstTokenMs ?? null,
  ];
}

/** Added up first: one statement per counter, not per call. */
export function chargesOf(records: readonly RequestRecord[]): Iterable<ChargedSum> {
  const sums = new Map<string, ChargedSum>();
  for (const record of records) {
    for (const { budget, unit, group, windowStart, windowSeconds, used } of record.budgets ?? []) {
      if (windowStart === undefined || windowSeconds === undefined || used === 0) continue;
      const id = `${windowStart} ${windowSeconds} ${budget}|${unit}|${group}`;
      const sum = sums.get(id);
      if (sum === undefined) sums.set(id, { budget, unit, group, windowStart, windowSeconds, used });
      else sum.used += used;
    }
  }
  return sums.values();
}
