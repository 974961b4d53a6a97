/**
 * Local rate limits: token buckets of this process. Capacity limit + burst, filled up by `limit` each whole unit, full at
 * first; floor at zero (agentgateway's rules). Buckets that are full again and idle are dropped.
 */
import type { LimitStanding, Operation } from '../core/policy/policy.ts';

type Take = Extract<Operation, { kind: 'take' }>;

interface Bucket {
  tokens: number;
  filledAtSeconds: number;
  unitSeconds: number;
}

/** More distinct buckets than this (a `key` expression over arbitrary values) and idle ones are swept. */
const sweepAbove = 10_000;

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  take(operation: Take, nowSeconds: number): { allowed: boolean; standing: LimitStanding } {
    const bucket = this.#filled(operation, nowSeconds);
    const allowed = bucket.tokens >= 1;
    if (!operation.check && (allowed || operation.amount > 1)) {
      bucket.tokens = Math.max(0, bucket.tokens - operation.amount);
    }
    const resetSeconds = Math.max(1, Math.ceil(bucket.filledAtSeconds + bucket.unitSeconds - nowSeconds));
    return {
      allowed,
      standing: { limit: operation.limit, remaining: Math.floor(bucket.tokens), resetSeconds },
    };
  }

  #filled(operation: Take, nowSeconds: number): Bucket {
    const capacity = operation.limit + operation.burst;
    const bucket = this.#buckets.get(operation.bucket);
    if (bucket === undefined) {
      if (this.#buckets.size >= sweepAbove) this.#sweep(nowSeconds);
      const fresh = { tokens: capacity, filledAtSeconds: nowSeconds, unitSeconds: operation.unitSeconds };
      this.#buckets.set(operation.bucket, fresh);
      return fresh;
    }
    const units = Math.floor((nowSeconds - bucket.filledAtSeconds) / operation.unitSeconds);
    if (units > 0) {
      bucket.tokens = Math.min(capacity, bucket.tokens + units * operation.limit);
      bucket.filledAtSeconds += units * operation.unitSeconds;
    }
    return bucket;
  }

  #sweep(nowSeconds: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (nowSeconds - bucket.filledAtSeconds > 2 * bucket.unitSeconds) this.#buckets.delete(name);
    }
  }
}
