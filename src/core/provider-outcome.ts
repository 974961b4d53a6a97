/** How a provider took a call, as far as a record tells: what its health is seen by. */
import type { AttemptRecord, RequestRecord } from './record.ts';

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

export interface ProviderCall {
  /** The vendor; of a backend with several providers the name that it has there. */
  provider: string;
  outcome: ProviderOutcome;
}

/** One for each request to a provider. */
export function providerCallsOf(record: RequestRecord): ProviderCall[] {
  const { attempts, llm } = record;
  if (attempts !== undefined)
    return attempts.map((attempt) => ({
      provider: lastPart(attempt.provider),
      outcome: attemptOutcome(attempt),
    }));
  const outcome = providerOutcomeOf(record);
  return llm === undefined || outcome === undefined ? [] : [{ provider: llm.provider, outcome }];
}

function attemptOutcome({ outcome, status, error = '' }: AttemptRecord): ProviderOutcome {
  if (outcome === 'ok' || outcome === 'abandoned') return outcome;
  if (outcome === 'refused') return refusedWith(status ?? 0);
  if (error.startsWith('Connect: ')) return 'unreachable';
  return /in time|took too long|stopped/.test(error) ? 'timeout' : 'broken';
}

function refusedWith(status: number): ProviderOutcome {
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'server_error' : 'rejected';
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Of the call as a whole. Undefined when no provider was asked. */
export function providerOutcomeOf(
  record: Pick<RequestRecord, 'llm' | 'status' | 'reason' | 'error'>,
): ProviderOutcome | undefined {
  const { llm, status, reason, error } = record;
  if (llm === undefined) return undefined;
  if (reason === 'Upstream') return refusedWith(status);
  if (reason === 'UpstreamFailure') {
    if (status === 503) return 'unreachable';
    return status === 504 ? 'timeout' : 'broken';
  }
  if (reason !== undefined) return undefined;
  if (error === undefined) return 'ok';
  return error.startsWith('the client left') ? 'abandoned' : 'broken';
}
