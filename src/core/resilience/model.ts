/** What a configuration says of providers that fail: when one is left out for a while, and when a call is tried again. */

/** `health` of an AgentgatewayBackend's policies. Durations in milliseconds. */
export interface HealthPolicy {
  /** CEL over `response` (and the call's own variables): what counts as a failure. Absent: 429 and every 5xx. */
  unhealthyCondition?: string;
  /** Failures in a row after which the provider is ejected. */
  consecutiveFailures?: number;
  /** Share of calls that succeed, in [0, 1], below which the provider is ejected. Neither of the two: one failure is enough. */
  healthThreshold?: number;
  /** The share that a provider comes back with, in [0, 1]. Absent: as it was. */
  restoreHealth?: number;
  /** Of the first ejection; each one after it lasts twice as long. */
  ejectionMs: number;
}

/** Of a backend with more than one provider that says nothing about health: it has somewhere to go. */
export const defaultHealth: HealthPolicy = { consecutiveFailures: 5, ejectionMs: 3_000 };

/** `retry` of an HTTPRoute's rule or of a policy. */
export interface RetryPolicy {
  /** How often a call is tried again, the first attempt not among them. */
  retries: number;
  /** Statuses that are tried again. Absent: see `isTransient`. */
  codes?: number[];
  /** Least milliseconds before the same provider is asked again. */
  backoffMs: number;
  /** CEL over the request: false, and the call has one attempt only. */
  precondition?: string;
  /** CEL over `response`: tried again where it is true, whatever the codes say. */
  condition?: string;
}

/** Where a policy says nothing. */
export const defaultBackoffMs = 100;

/** What an attempt says about its provider; the client's own faults say nothing. */
export type Verdict = 'success' | 'failure' | 'none';

/** Statuses that another moment or another provider may not give: overload, rate limits and faults of the provider. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Without an `unhealthyCondition`: a provider that is over its limits or broken fails; a wrong request is not its fault. */
export function verdictOf(status: number): Verdict {
  if (status < 400) return 'success';
  return status === 429 || status >= 500 ? 'failure' : 'none';
}
