/** How a provider took a call, as far as a record tells: what its health is seen by. */
import type { RequestRecord } from './record.ts';

export type ProviderOutcome =
  | 'ok'
  /** The provider found fault with the request (4xx). */
  | 'rejected'
  | 'rate_limited'
  | 'server_error'
  | 'unreachable'
  | 'timeout'
  /** It ended inside the answer, or the answer made no sense. */
  | 'broken'
  /** The client left first. */
  | 'abandoned';

/** Undefined when no provider was asked. */
export function providerOutcomeOf(
  record: Pick<RequestRecord, 'llm' | 'status' | 'reason' | 'error'>,
): ProviderOutcome | undefined {
  const { llm, status, reason, error } = record;
  if (llm === undefined) return undefined;
  if (reason === 'Upstream') {
    if (status === 429) return 'rate_limited';
    return status >= 500 ? 'server_error' : 'rejected';
  }
  if (reason === 'UpstreamFailure') {
    if (status === 503) return 'unreachable';
    return status === 504 ? 'timeout' : 'broken';
  }
  if (reason !== undefined) return undefined;
  if (error === undefined) return 'ok';
  return error.startsWith('the client left') ? 'abandoned' : 'broken';
}
