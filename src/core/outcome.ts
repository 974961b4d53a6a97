/** How a call ended, for reports: answered, refused by the gateway's own rules, or failed on the way. */
import type { RequestRecord } from './record.ts';

export type CallOutcome = 'ok' | 'refused' | 'failed';

/** Not the caller's doing: the provider, the way to it, or the gateway itself. */
const failures = new Set(['Upstream', 'UpstreamFailure', 'Internal']);

export function outcomeOf(record: Pick<RequestRecord, 'status' | 'reason' | 'error'>): CallOutcome {
  const { status, reason, error } = record;
  if (reason !== undefined && failures.has(reason)) return 'failed';
  if (status >= 400) return 'refused';
  // A stream that was cut after its 200.
  return error === undefined ? 'ok' : 'failed';
}
