/** Counts inputs for the calls of this thread: few at once, none twice, and none that can't help. */
import { hash } from 'node:crypto';
import type { ProviderTarget } from '../../core/config/snapshot.ts';
import type { InputCount } from '../../core/llm/counting/model.ts';
import type { CountedInput } from '../../core/policy/policy.ts';
import { askCounter, type CounterAccess } from './ask-counter.ts';
import { CountMemory, type CountNeed } from './count-memory.ts';
import { Tokenizer } from './tokenizer.ts';

/** `why`: it was not counted. `told`: for the call's record. */
export type Counted = { input: CountedInput; told: string } | { why: string };

/** At once, of one budget's counter and of all of them. */
const mostForOne = 4;
const mostForAll = 32;

export class InputCounts {
  readonly #access: CounterAccess & { nowMs(): number };
  readonly #memory = new CountMemory();
  readonly #tokenizer = new Tokenizer();
  readonly #underWay = new Map<string, Promise<Counted>>();
  readonly #perCounter = new Map<string, number>();

  constructor(access: CounterAccess & { nowMs(): number }) {
    this.#access = access;
  }

  /** Undefined where there is no sense in it. Never rejects. */
  count(
    question: InputCount,
    need: CountNeed,
    target: ProviderTarget,
  ): Promise<Counted> | Counted | undefined {
    const name = nameOf(question);
    const known = this.#memory.known(name);
    if (known !== undefined) return counted(question, known, known);
    if (this.#memory.isInVain(need, this.#access.nowMs())) return undefined;
    const same = this.#underWay.get(name);
    if (same !== undefined) return same;
    const nowMs = this.#access.nowMs();
    if (silences(question, need).some((silence) => this.#memory.isSilent(silence, nowMs)))
      return { why: 'the counter is left alone for now' };
    const running = this.#perCounter.get(need.counter) ?? 0;
    if (running >= mostForOne || this.#underWay.size >= mostForAll)
      return { why: 'too many are being counted' };
    this.#perCounter.set(need.counter, running + 1);
    const counting = this.#run(question, name, need, target).finally(() => {
      this.#underWay.delete(name);
      const left = this.#perCounter.get(need.counter)! - 1;
      if (left === 0) this.#perCounter.delete(need.counter);
      else this.#perCounter.set(need.counter, left);
    });
    this.#underWay.set(name, counting);
    return counting;
  }

  /** What was counted did not fit either. */
  inVain(need: CountNeed): void {
    this.#memory.inVain(need, this.#access.nowMs());
  }

  close(): void {
    this.#tokenizer.close();
  }

  async #run(question: InputCount, name: string, need: CountNeed, target: ProviderTarget): Promise<Counted> {
    const answer =
      question.by === 'provider'
        ? await askCounter(question, target, this.#access)
        : await this.#tokenizer.count(question);
    if ('failed' in answer) {
      const [ofAll, ofBudget] = silences(question, need);
      const until = this.#access.nowMs() + answer.silentMs;
      if (answer.silentMs > 0) this.#memory.silence(answer.whose === 'all' ? ofAll : ofBudget, until);
      return { why: answer.failed };
    }
    this.#memory.learn(name, answer.tokens);
    return counted(question, answer.tokens, answer.told);
  }
}

function counted(question: InputCount, tokens: number, told: number): Counted {
  const how = question.by === 'provider' ? 'by provider' : `by tokenizer ${question.encoding}`;
  const margin = tokens === told ? '' : `, with its margin ${tokens}`;
  return { input: { tokens, how }, told: `input counted ${how}: ${told}${margin}` };
}

function nameOf(question: InputCount): string {
  if (question.by === 'tokenizer')
    return `${question.encoding} ${question.framing} ${hash('sha256', JSON.stringify(question.texts))}`;
  return `${question.request.url} ${hash('sha256', question.request.body)}`;
}

/** What is silent together: one counter of one provider; and that for one budget. */
function silences(question: InputCount, { counter }: CountNeed): [ofAll: string, ofBudget: string] {
  const ofAll = question.by === 'provider' ? question.request.url : question.encoding;
  return [ofAll, `${ofAll} ${counter}`];
}
