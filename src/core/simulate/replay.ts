/**
 * Calls of the past against a budget that was not there: the policy of the request path decides on each, with counters of its
 * own. Calls come in the order they began; what they held is given back, and what they used charged, when they ended.
 */
import type { Budget, BudgetUnit } from '../budget/model.ts';
import type { CompileExpression } from '../cel/compile.ts';
import type { KeyTerms } from '../config/key-terms.ts';
import { noUsage, totalTokens, type Usage } from '../llm/usage.ts';
import { outcomeOf } from '../outcome.ts';
import { compileBudgets } from '../policy/budgets.ts';
import type { CompiledPolicy, PolicyContext } from '../policy/policy.ts';
import type { Prices } from '../pricing/prices.ts';
import type { LlmRecord, RequestRecord } from '../record.ts';
import { ReplayAccounts } from './accounts.ts';
import { contextOfCall, termsOfCall } from './call-context.ts';

export interface ReplayResult {
  /** That the budget would have counted. Calls that were refused anyway are left out. */
  calls: number;
  refused: number;
  /** Codes of the table of refusals → how many. */
  refusedBecause: Record<string, number>;
  /** Most first. Calls whose group cannot be told have the group ''. */
  refusedByGroup: { group: string; refused: number; firstAtMs: number }[];
  /** Let through with a shorter answer, or with another model. */
  shortened: number;
  switched: number;
  costNanoSaved: number;
  tokensSaved: number;
  /** The fullest that a counter was. */
  peak?: { group: string; used: number; limit: number; atMs: number };
  unit: BudgetUnit;
}

interface Pending {
  endsAtMs: number;
  context: PolicyContext;
  usage: Usage;
}

const maxTerms = 10_000;

export class Replay {
  readonly #budget: Budget;
  readonly #policy: CompiledPolicy;
  readonly #prices: Prices;
  readonly #accounts = new ReplayAccounts();
  readonly #terms = new Map<string, KeyTerms | undefined>();
  readonly #groups = new Map<string, { refused: number; firstAtMs: number }>();
  readonly #used = new Map<string, number>();
  /** Under way, the first to end last. */
  readonly #pending: Pending[] = [];
  readonly #result: ReplayResult;

  constructor(budget: Budget, compile: CompileExpression, prices: Prices) {
    this.#budget = budget;
    this.#policy = compileBudgets([budget], compile);
    this.#prices = prices;
    this.#result = {
      calls: 0,
      refused: 0,
      refusedBecause: {},
      refusedByGroup: [],
      shortened: 0,
      switched: 0,
      costNanoSaved: 0,
      tokensSaved: 0,
      unit: budget.unit,
    };
  }

  /** Records come in the order of their begin. */
  add(record: RequestRecord): void {
    this.#settleUntil(record.startedAtMs);
    // What was refused when it happened used nothing, and how much it would have used nobody knows.
    if (record.llm === undefined || outcomeOf(record) === 'refused') return;
    this.#decide(record as RequestRecord & { llm: LlmRecord });
  }

  finish(): ReplayResult {
    this.#settleUntil(Number.POSITIVE_INFINITY);
    const refusedByGroup = [...this.#groups]
      .map(([group, found]) => ({ group, ...found }))
      .sort((a, b) => b.refused - a.refused || (a.group < b.group ? -1 : 1));
    return { ...this.#result, refusedByGroup };
  }

  /** Group → all that it was charged, in whatever window. */
  usedByGroup(): ReadonlyMap<string, number> {
    return this.#used;
  }

  #decide(record: RequestRecord & { llm: LlmRecord }): void {
    const usage = record.llm.usage ?? noUsage;
    const context = contextOfCall(record, this.#termsOf(record), this.#prices);
    const plan = this.#policy.plan(context);
    if ('refusal' in plan) this.#refuse(record, usage, plan.refusal.code, '');
    const operation = 'refusal' in plan ? undefined : plan.operations[0];
    if (operation?.kind !== 'reserve') return;
    const { group } = operation.request.items[0]!;
    const refusal = this.#policy.apply(context, [
      { kind: 'reserve', outcome: this.#accounts.reserve(operation.request) },
    ]);
    if (refusal === undefined) this.#admit(record, context, usage);
    else if (refusal.switchModel === undefined) this.#refuse(record, usage, refusal.code, group);
    else this.#switched(record, context, usage);
  }

  /** The other model's call is counted as this one was: what it would have used is not known. */
  #switched(record: RequestRecord, context: PolicyContext, usage: Usage): void {
    this.#result.switched += 1;
    context.switchedBy.add(this.#budget.name);
    const plan = this.#policy.plan(context);
    const operation = 'refusal' in plan ? undefined : plan.operations[0];
    if (operation?.kind !== 'reserve') return;
    const outcome = this.#accounts.reserve(operation.request);
    this.#policy.apply(context, [{ kind: 'reserve', outcome }]);
    this.#admit(record, context, usage);
  }

  #admit(record: RequestRecord, context: PolicyContext, usage: Usage): void {
    this.#result.calls += 1;
    const charged = this.#shortened(context, usage);
    const pending = { endsAtMs: record.startedAtMs + record.durationMs, context, usage: charged };
    let at = this.#pending.length;
    while (at > 0 && this.#pending[at - 1]!.endsAtMs < pending.endsAtMs) at -= 1;
    this.#pending.splice(at, 0, pending);
  }

  /** The gateway would have told the provider to stop earlier; the price of what was not said is taken as the call's mean. */
  #shortened(context: PolicyContext, usage: Usage): Usage {
    const held = context.reservation;
    const counts = held?.request.items.some((item) => item.enforce === 'hard' && item.perOutputToken > 0);
    const most = counts ? held!.granted * context.llm!.answers : Number.POSITIVE_INFINITY;
    if (usage.outputTokens <= most) return usage;
    const saved = usage.outputTokens - most;
    const share = saved / totalTokens(usage);
    const cost = context.llm!.costNano;
    context.llm!.costNano = Math.ceil(cost * (1 - share));
    this.#result.shortened += 1;
    this.#result.tokensSaved += saved;
    this.#result.costNanoSaved += cost - context.llm!.costNano;
    return { ...usage, outputTokens: most, reasoningTokens: Math.min(usage.reasoningTokens, most) };
  }

  #refuse(record: RequestRecord & { llm: LlmRecord }, usage: Usage, code: string, group: string): void {
    const result = this.#result;
    result.calls += 1;
    result.refused += 1;
    result.refusedBecause[code] = (result.refusedBecause[code] ?? 0) + 1;
    result.tokensSaved += totalTokens(usage);
    result.costNanoSaved += record.llm.costNano ?? 0;
    const found = this.#groups.get(group);
    if (found === undefined) this.#groups.set(group, { refused: 1, firstAtMs: record.startedAtMs });
    else found.refused += 1;
  }

  #settleUntil(nowMs: number): void {
    for (
      let last = this.#pending.at(-1);
      last !== undefined && last.endsAtMs <= nowMs;
      last = this.#pending.at(-1)
    ) {
      this.#pending.pop();
      this.#settle(last);
    }
  }

  #settle({ endsAtMs, context, usage }: Pending): void {
    for (const operation of this.#policy.settle?.(context, usage) ?? []) {
      if (operation.kind !== 'settle') continue;
      const standings = this.#accounts.settle(operation.charges, context.nowMs / 1000);
      for (const [index, { item, used }] of operation.charges.entries()) {
        this.#used.set(item.group, (this.#used.get(item.group) ?? 0) + used);
        const { peak } = this.#result;
        const now = standings[index]!;
        // Where the limit changes by the day, the fullest is not the highest.
        if (peak === undefined || now * peak.limit > peak.used * item.limit)
          this.#result.peak = { group: item.group, used: now, limit: item.limit, atMs: endsAtMs };
      }
    }
  }

  #termsOf(record: RequestRecord): KeyTerms | undefined {
    const id = record.key === undefined ? '' : `${record.key.id} ${JSON.stringify(record.key.labels)}`;
    let terms = this.#terms.get(id);
    if (terms === undefined) {
      terms = termsOfCall(record);
      if (this.#terms.size >= maxTerms) this.#terms.clear();
      this.#terms.set(id, terms);
    }
    return terms;
  }
}
