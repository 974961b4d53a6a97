/** The provider's answer on its way to the client: whole, as a stream, or as an error. Settles before the last byte. */
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import { noUsage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { deliverHeldStream } from './guards/held-stream.ts';
import { limitHeaders, providerHeaders, sendWhole, writeHead } from './send.ts';
import { settle } from './settle.ts';
import { type LostStream, StreamDelivery, type StreamOutcome, StreamRefused } from './stream-delivery.ts';
import { type Exchange, UpstreamFailure, type UpstreamResponse } from './transport.ts';

export async function deliverPlain(
  call: Call,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const text = await response.text(deps.limits.maxResponseBytes);
  const reply = upstream.reply.plain(text, contentTypeOf(response));
  call.record.status = response.status;
  settle(call, reply.usage ?? noUsage, reply.responseModel, deps);
  // After it: an answer that is not let through was used all the same.
  const body = call.guards === undefined ? reply.body : await call.guards.answer(reply.body);
  const headers = {
    ...providerHeaders(response.headers),
    ...limitHeaders(call),
    'content-type': reply.contentType,
  };
  sendWhole(call, response.status, headers, body);
}

/** A provider's refusal uses nothing; its status, request id and Retry-After stay. `text` is its body. */
export function deliverError(
  call: Call,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  text: string,
  deps: DataPathDependencies,
): void {
  call.record.status = response.status;
  call.record.reason = 'Upstream';
  call.record.error = `the provider answered ${response.status}`;
  settle(call, noUsage, undefined, deps);
  const { contentType, body } = upstream.reply.error(response.status, text, contentTypeOf(response));
  sendWhole(
    call,
    response.status,
    { ...providerHeaders(response.headers), ...limitHeaders(call), 'content-type': contentType },
    body,
  );
}

/** `lost`: it broke while nothing of it had reached the client; from then on it ends in the client's dialect. */
export async function deliverStream(
  call: Call,
  upstream: UpstreamCall,
  exchange: Exchange,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<StreamOutcome> {
  const { outgoing, guards } = call;
  if (guards?.holdsStreams) return deliverHeldStream(call, guards, upstream, response, deps);
  const translator = guards?.stream(upstream.reply.stream()) ?? upstream.reply.stream();
  // The head goes out with the first byte, which may be after the entry in the ledger.
  call.record.status = response.status;
  const begin = () =>
    writeHead(call, response.status, {
      ...providerHeaders(response.headers),
      ...limitHeaders(call),
      'content-type': stream.translator.contentType,
      'cache-control': 'no-cache',
    });
  const stream = new StreamDelivery(call, translator, deps, begin, () => exchange.abort());
  const onDrain = () => {
    stream.drained();
    response.resume();
  };
  outgoing.on('drain', onDrain);
  try {
    await response.stream((chunk) => stream.push(chunk));
    if (stream.fault !== undefined && !stream.began) return lostStream(call, stream, stream.fault, deps);
    stream.end('complete');
    return { end: stream.fault === undefined ? 'complete' : 'broken' };
  } catch (error) {
    const cause = stream.fault ?? error;
    if (!stream.began) return lostStream(call, stream, cause, deps);
    call.record.error = cause instanceof Error ? cause.message : String(cause);
    const left = stream.fault === undefined && error instanceof UpstreamFailure && error.kind === 'aborted';
    if (left) call.record.error = 'the client left inside the stream';
    const end = left ? 'aborted' : 'broken';
    if (call.attempt !== undefined) call.attempt.outcome = left ? 'abandoned' : 'failed';
    stream.end(end);
    return { end };
  } finally {
    outgoing.removeListener('drain', onDrain);
  }
}

function lostStream(
  call: Call,
  stream: StreamDelivery,
  lost: unknown,
  deps: DataPathDependencies,
): LostStream {
  const usage = stream.lost();
  if (!(lost instanceof StreamRefused)) return { lost, usage };
  const give = () => {
    call.record.error = lost.message;
    settle(call, usage, undefined, deps);
    stream.giveHeld();
  };
  return { lost, usage, give };
}

function contentTypeOf(response: UpstreamResponse): string {
  const value = response.headers['content-type'];
  return typeof value === 'string' ? value : '';
}
