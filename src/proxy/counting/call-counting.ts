/** The input of one call, counted once at most for each model that it may go to. */
import { remainingOf } from '../../core/budget/reserve.ts';
import type { ProviderTarget } from '../../core/config/snapshot.ts';
import type { UpstreamCall } from '../../core/llm/translate-contract.ts';
import type { PolicyContext, ReservationEdge } from '../../core/policy/policy.ts';
import type { EdgeCounting, Refused } from '../reserve.ts';
import type { CountNeed } from './count-memory.ts';
import type { InputCounts } from './input-counts.ts';

/** Reading more takes too long beside other calls. */
const mostCharacters = 4 * 1024 * 1024;

export class CallCounting implements EdgeCounting {
  readonly #context: PolicyContext;
  readonly #upstream: UpstreamCall;
  readonly #target: ProviderTarget;
  readonly #counts: InputCounts;
  #toldWhy: string | undefined;

  constructor(context: PolicyContext, upstream: UpstreamCall, target: ProviderTarget, counts: InputCounts) {
    this.#context = context;
    this.#upstream = upstream;
    this.#target = target;
    this.#counts = counts;
  }

  async closer(edge: ReservationEdge, refused: Refused): Promise<boolean> {
    const { llm, decisions } = this.#context;
    if (llm === undefined || llm.counted !== undefined) return false;
    // What even the smallest imaginable input does not fit needs no count.
    if ('refusedBy' in edge.decide(refused.readings, edge.leastInput())) return false;
    if (this.#upstream.body.length > mostCharacters) return false;
    const question = this.#upstream.countInput?.((text) => Buffer.from(text).toString('base64'));
    if (question === undefined) return false;
    const answer = this.#counts.count(question, needOf(edge, refused), this.#target);
    if (answer === undefined) return false;
    const isNew = answer instanceof Promise;
    const counted = isNew ? await answer : answer;
    if ('why' in counted) {
      if (this.#toldWhy !== counted.why) decisions.push(`input not counted: ${counted.why}`);
      this.#toldWhy = counted.why;
      return false;
    }
    decisions.push(counted.told);
    llm.counted = counted.input;
    return isNew;
  }

  inVain(edge: ReservationEdge, refused: Refused): void {
    this.#counts.inVain(needOf(edge, refused));
  }
}

function needOf(edge: ReservationEdge, { refusedBy, readings }: Refused): CountNeed {
  const item = edge.first.items[refusedBy]!;
  return {
    counter: `${item.budget}|${item.group}`,
    left: remainingOf(item, readings[refusedBy]!),
    least: edge.leastInput(),
  };
}
