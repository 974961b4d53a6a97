/** Counters of windows of a second in a store of their own (envoyproxy/ratelimit's REDIS_PERSECOND): they are many and soon gone. */
import type { CounterIncrement, CounterStore } from './counters.ts';

/** Each store applies its part in one atomic step; when one fails, the other's part is counted all the same, as in the original. */
export class PerSecondCounters implements CounterStore {
  readonly #perSecond: CounterStore;
  readonly #others: CounterStore;

  constructor(perSecond: CounterStore, others: CounterStore) {
    this.#perSecond = perSecond;
    this.#others = others;
  }

  async add(increments: readonly CounterIncrement[]): Promise<number[]> {
    const places: [CounterStore, number[]][] = [
      [this.#perSecond, []],
      [this.#others, []],
    ];
    for (const [at, { windowSeconds }] of increments.entries())
      places[windowSeconds === 1 ? 0 : 1]![1].push(at);
    const values = new Array<number>(increments.length);
    await Promise.all(
      places.map(async ([store, part]) => {
        if (part.length === 0) return;
        const counted = await store.add(part.map((at) => increments[at]!));
        for (const [n, at] of part.entries()) values[at] = counted[n]!;
      }),
    );
    return values;
  }

  async list(prefix: string) {
    const lists = await Promise.all([this.#others.list(prefix), this.#perSecond.list(prefix)]);
    return lists.flat();
  }

  async reset(prefix: string): Promise<number> {
    const counts = await Promise.all([this.#others.reset(prefix), this.#perSecond.reset(prefix)]);
    return counts[0] + counts[1];
  }
}
