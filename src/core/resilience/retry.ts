/** Whether a failed attempt is followed by another, and after how long. Times in milliseconds. */
import { isTransient, type RetryPolicy } from './model.ts';

export interface FailedAttempt {
  /** The provider's; absent when there was no answer. */
  status?: number;
  /** What `condition` says of the answer; absent where there is no condition or no answer. */
  conditionHolds?: boolean;
}

/** No answer, or one that was cut before a byte of it reached the client, is always worth another try. */
export function isRetriable({ status, conditionHolds }: FailedAttempt, policy: RetryPolicy): boolean {
  if (status === undefined || conditionHolds === true) return true;
  if (policy.codes !== undefined) return policy.codes.includes(status);
  // A condition alone is the whole rule.
  return policy.condition === undefined && isTransient(status);
}

export interface NextTry {
  /** Retries made before this one. */
  made: number;
  /** The provider that has just failed is asked again. */
  sameProvider: boolean;
  retryAfterMs: number | undefined;
  /** Until the call as a whole is given up; absent: nothing limits it. */
  remainingMs: number | undefined;
  /** In [0, 1). */
  random: number;
}

/** Nobody's answer is held up longer than this by one pause, unless the configuration asks for more. */
const maxPauseMs = 10_000;

/**
 * Pause before the next attempt, or undefined: there is no point in it any more. Another provider is asked at once; the same one
 * after the backoff, doubled with each retry and lengthened by up to half at random, and not before it asked to be asked.
 */
export function pauseBefore(next: NextTry, policy: RetryPolicy): number | undefined {
  if (next.made >= policy.retries) return undefined;
  const pause = next.sameProvider ? ownPause(next, policy) : 0;
  const longest = Math.max(maxPauseMs, policy.backoffMs * 1.5);
  if (pause > longest) return undefined;
  return next.remainingMs !== undefined && pause >= next.remainingMs ? undefined : pause;
}

function ownPause({ made, retryAfterMs = 0, random }: NextTry, { backoffMs }: RetryPolicy): number {
  const doubled = Math.min(backoffMs * 2 ** made, Math.max(maxPauseMs / 2, backoffMs));
  return Math.max(Math.round(doubled * (1 + random / 2)), retryAfterMs);
}
