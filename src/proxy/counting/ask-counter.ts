/** Asks a provider's own counter, with the credential of its backend. */
import { type CloudAuth, isCloud } from '../../core/cloud-auth.ts';
import type { ProviderTarget } from '../../core/config/snapshot.ts';
import { countIn, type ProviderCount, withMargin } from '../../core/llm/counting/model.ts';
import { decodedResponse } from '../decoded-response.ts';
import { signedHeaders } from '../sign-call.ts';
import { type Exchange, type Transport, UpstreamFailure } from '../transport.ts';
import type { CountAnswer } from './count-answer.ts';

export interface CounterAccess {
  transport: Transport;
  cloudAuth?: CloudAuth | undefined;
}

const patienceMs = 2_000;
const mostBytes = 64 * 1024;
/** There is no counter. */
const absent = new Set([404, 405, 501]);
const absentMs = 60_000;
const busyMs = 5_000;

/** Never rejects. */
export async function askCounter(
  count: ProviderCount,
  target: ProviderTarget,
  access: CounterAccess,
): Promise<CountAnswer> {
  const asking = new Asking();
  const timer = setTimeout(
    () => asking.abort(new UpstreamFailure('timeout', `no answer in ${patienceMs / 1_000} s`)),
    patienceMs,
  );
  try {
    return await asking.answer(count, target, access);
  } catch (error) {
    const told = error instanceof UpstreamFailure ? error.message : 'its credential is not available';
    return { failed: told, silentMs: busyMs, whose: 'all' };
  } finally {
    clearTimeout(timer);
  }
}

class Asking {
  #exchange: Exchange | undefined;
  #aborted: UpstreamFailure | undefined;

  abort(reason: UpstreamFailure): void {
    this.#aborted = reason;
    this.#exchange?.abort(reason);
  }

  async answer(count: ProviderCount, target: ProviderTarget, access: CounterAccess): Promise<CountAnswer> {
    const { request } = count;
    const headers = isCloud(target.credential)
      ? await signedHeaders(target.credential, request, access.cloudAuth)
      : request.headers;
    if (this.#aborted !== undefined) throw this.#aborted;
    const timeouts = { headersTimeoutMs: patienceMs, bodyIdleTimeoutMs: patienceMs };
    const sent = access.transport.send({ ...request, ...timeouts, headers });
    this.#exchange = sent;
    const response = decodedResponse(await sent.response, (reason) => sent.abort(reason));
    const { status } = response;
    const text = await response.text(mostBytes);
    const told = status === 200 ? countIn(text) : undefined;
    if (told !== undefined) return { told, tokens: withMargin(told, count) };
    return { failed: `status ${status}`, ...silenceAfter(status) };
  }
}

/** What is wrong with one request, or with a client's own credential, says nothing of others. */
function silenceAfter(status: number): { silentMs: number; whose: 'all' | 'budget' } {
  if (absent.has(status)) return { silentMs: absentMs, whose: 'all' };
  return { silentMs: busyMs, whose: status === 429 || status >= 500 ? 'all' : 'budget' };
}
