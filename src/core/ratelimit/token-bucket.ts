/**
 * Token buckets of local rate limits: capacity limit + burst, filled up by `limit` each whole unit, full at first, floor at
 * zero (agentgateway's rules). Pure arithmetic; where buckets are kept is the store's affair.
 */

export interface BucketTake {
  /** Names the bucket. */
  bucket: string;
  limit: number;
  burst: number;
  unitSeconds: number;
  amount: number;
  /** Only looks. */
  check: boolean;
}

export interface BucketState {
  tokens: number;
  filledAtSeconds: number;
}

export interface BucketAnswer {
  allowed: boolean;
  standing: { limit: number; remaining: number; resetSeconds: number };
}

/** `before` absent: nobody took from it yet. */
export function takeFrom(
  before: BucketState | undefined,
  take: BucketTake,
  nowSeconds: number,
): { after: BucketState; answer: BucketAnswer } {
  const { tokens: filled, filledAtSeconds } = fill(before, take, nowSeconds);
  const allowed = filled >= 1;
  const takes = !take.check && (allowed || take.amount > 1);
  const tokens = takes ? Math.max(0, filled - take.amount) : filled;
  const resetSeconds = Math.max(1, Math.ceil(filledAtSeconds + take.unitSeconds - nowSeconds));
  const standing = { limit: take.limit, remaining: Math.floor(tokens), resetSeconds };
  return { after: { tokens, filledAtSeconds }, answer: { allowed, standing } };
}

function fill(before: BucketState | undefined, take: BucketTake, nowSeconds: number): BucketState {
  const capacity = take.limit + take.burst;
  if (before === undefined) return { tokens: capacity, filledAtSeconds: nowSeconds };
  const units = Math.floor((nowSeconds - before.filledAtSeconds) / take.unitSeconds);
  if (units <= 0) return before;
  return {
    tokens: Math.min(capacity, before.tokens + units * take.limit),
    filledAtSeconds: before.filledAtSeconds + units * take.unitSeconds,
  };
}
