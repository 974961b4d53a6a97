/** Token buckets in shared memory: one bucket for all threads. They begin full and end with the process. */
import {
  type BucketAnswer,
  type BucketState,
  type BucketTake,
  takeFrom,
} from '../../core/ratelimit/token-bucket.ts';
import type { Buckets } from '../buckets.ts';
import { CounterTable, CounterTableFull, type SlotValue } from './counter-table.ts';
import { fitKey } from './fit-key.ts';

/** A bucket takes two slots of the table, told apart by what is a window's start in counters. */
const tokensAt = 0;
const filledAt = 1;

const defaultCapacity = 16_384;

/** What threads join by; passes through `workerData`. */
export function createBucketMemory(capacity = defaultCapacity): SharedArrayBuffer {
  return CounterTable.create(capacity).buffer;
}

export function attachSharedBuckets(memory: SharedArrayBuffer): Buckets {
  const table = new CounterTable(memory);
  return {
    take: (take, nowSeconds) =>
      table.locked(() => {
        const key = fitKey(take.bucket);
        const { after, answer } = takeFrom(read(table, key, take), take, nowSeconds);
        if (write(table, key, take, after)) return answer;
        sweep(table, nowSeconds);
        return write(table, key, take, after) ? answer : refused(answer);
      }),
  };
}

function read(table: CounterTable, key: string, { unitSeconds }: BucketTake): BucketState | undefined {
  const filledAtSeconds = table.read(key, filledAt, unitSeconds);
  if (filledAtSeconds === 0) return undefined;
  return { tokens: table.read(key, tokensAt, unitSeconds), filledAtSeconds };
}

/** False when there is no room. */
function write(table: CounterTable, key: string, { unitSeconds }: BucketTake, after: BucketState): boolean {
  try {
    for (const [at, value] of [
      [tokensAt, after.tokens],
      [filledAt, after.filledAtSeconds],
    ] as const)
      table.add(key, at, unitSeconds, value - table.read(key, at, unitSeconds), 'unbounded');
    return true;
  } catch (error) {
    if (error instanceof CounterTableFull) return false;
    throw error;
  }
}

/** Idle buckets are full again: none is as good as one. Under the lock, so that no other thread is in the way. */
function sweep(table: CounterTable, nowSeconds: number): void {
  const all = [...table.entries(table.values())];
  const id = ({ key, windowSeconds }: SlotValue) => `${windowSeconds} ${key}`;
  const busy = new Set(
    all
      .filter((slot) => slot.windowStart === filledAt && nowSeconds - slot.value <= 2 * slot.windowSeconds)
      .map(id),
  );
  table.rebuild(all.filter((slot) => busy.has(id(slot))));
}

function refused(answer: BucketAnswer): BucketAnswer {
  return { allowed: false, standing: { ...answer.standing, remaining: 0 } };
}
