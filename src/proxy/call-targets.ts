/** The providers that one call may go to: which has been tried, which can't serve it, which is next. */
import type { AiBackend, ProviderTarget } from '../core/config/snapshot.ts';
import { type Candidate, chooseProvider } from '../core/resilience/choose-provider.ts';
import { unknownProvider } from '../core/resilience/provider-health.ts';
import type { FollowedBackend, FollowedProvider } from './provider-book.ts';

export interface Chosen {
  target: ProviderTarget;
  /** Absent: its failures are not counted. */
  followed: FollowedProvider | undefined;
  /** As configured: a budget may have set another model in `target`. */
  configured: ProviderTarget;
}

export class CallTargets {
  /** More than one provider, or one whose health is followed: attempts are worth telling apart. */
  readonly several: boolean;
  readonly #backend: AiBackend;
  readonly #followed: FollowedBackend;
  readonly #random: () => number;
  /** Made when they are first needed: most calls have one provider and one attempt. */
  #tried: Set<ProviderTarget> | undefined;
  #excluded: Set<ProviderTarget> | undefined;
  #model: string | undefined;

  constructor(backend: AiBackend, followed: FollowedBackend, random: () => number) {
    const [first = [], second] = backend.groups;
    this.several = second !== undefined || first.length !== 1 || first[0]!.health !== undefined;
    this.#backend = backend;
    this.#followed = followed;
    this.#random = random;
  }

  /** `none`: all of them asked to be left alone, the first until `untilMs`; undefined when none is fit for the call. */
  next(nowMs: number): Chosen | { none: true; untilMs?: number } {
    if (!this.several && this.#excluded === undefined) return this.#chosen(0, 0);
    const choice = chooseProvider(this.#candidates(), nowMs, this.#random);
    return 'none' in choice ? choice : this.#chosen(choice.group, choice.index);
  }

  tried({ configured }: Chosen): void {
    this.#tried ??= new Set();
    this.#tried.add(configured);
  }

  exclude({ configured }: Chosen): void {
    this.#excluded ??= new Set();
    this.#excluded.add(configured);
  }

  /** From now on, whoever serves the call serves this model. */
  switchTo(model: string, chosen: Chosen): Chosen {
    this.#model = model;
    return { ...chosen, target: { ...chosen.target, model } };
  }

  #chosen(group: number, index: number): Chosen {
    const configured = this.#backend.groups[group]![index]!;
    const target = this.#model === undefined ? configured : { ...configured, model: this.#model };
    return { target, configured, followed: this.#followed.providers[group]![index] };
  }

  #candidates(): Candidate[][] {
    return this.#backend.groups.map((targets, group) =>
      targets.map((target, index) => ({
        provider: this.#followed.providers[group]![index]?.standing.value ?? unknownProvider,
        tried: this.#tried?.has(target) === true,
        excluded: this.#excluded?.has(target) === true,
        weight: target.weight,
      })),
    );
  }
}
