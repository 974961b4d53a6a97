/**
 * How many retries a backend can bear: a fifth of its calls, and one a second where calls are few. When a provider is down for
 * everybody, retries beyond that only double the load it has to come back under.
 */

export interface RetryBudget {
  /** Retries that may be made now. */
  balance: number;
  atMs: number;
}

export const retryShare = 0.2;
export const retriesPerSecond = 1;
/** Saved up at most, and there at first. */
export const retryReserve = 10;

export function fullBudget(nowMs: number): RetryBudget {
  return { balance: retryReserve, atMs: nowMs };
}

/** One more call was made; its retries are not calls. */
export function deposit(budget: RetryBudget, nowMs: number): RetryBudget {
  const { balance, atMs } = refilled(budget, nowMs);
  return { balance: Math.min(retryReserve, balance + retryShare), atMs };
}

/** Undefined: the budget does not bear another retry. */
export function withdraw(budget: RetryBudget, nowMs: number): RetryBudget | undefined {
  const { balance, atMs } = refilled(budget, nowMs);
  return balance < 1 ? undefined : { balance: balance - 1, atMs };
}

function refilled({ balance, atMs }: RetryBudget, nowMs: number): RetryBudget {
  const elapsed = Math.max(0, nowMs - atMs);
  const refill = (elapsed / 1_000) * retriesPerSecond;
  return { balance: Math.min(retryReserve, balance + refill), atMs: atMs + elapsed };
}
