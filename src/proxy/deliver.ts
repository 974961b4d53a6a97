/** The provider's answer on its way to the client: whole, as a stream, or as an error. Settles before the last byte. */
import type { RouteType } from '../core/config/snapshot.ts';
import { ReplyFault, type UpstreamCall } from '../core/llm/translate-contract.ts';
import { noUsage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { guardAnswer } from './guards/guard-answer.ts';
import { deliverHeldStream } from './guards/held-stream.ts';
import { limitHeaders, providerHeaders, sendWhole, writeHead } from './send.ts';
import { settle } from './settle.ts';
import { type LostStream, StreamDelivery, type StreamOutcome, StreamRefused } from './stream-delivery.ts';
import { type Exchange, UpstreamFailure, type UpstreamResponse } from './transport.ts';

const isJson = /^application\/(json|[a-z.-]+\+json)/i;

export async function deliverPlain(
  call: Call,
  routeType: RouteType,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const contentType = contentTypeOf(response);
  const text = await response.text(deps.limits.maxResponseBytes, isJson.test(contentType));
  const told = upstream.reply.plain(text, contentType);
  // Guards read whole answers: under them it stays one.
  const reply = call.guards === undefined && told.asStream !== undefined ? told.asStream() : told;
  call.record.status = response.status;
  const usage = reply.usage ?? noUsage;
  const model = reply.responseModel;
  let { body } = reply;
  const { guards } = call;
  if (guards === undefined) settle(call, usage, model, deps);
  else {
    const check = () => guards.answer(reply.body);
    const allowed = await guardAnswer(call, { routeType, usage, model, check }, deps);
    if (allowed === undefined) return;
    body = allowed;
  }
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
  routeType: RouteType,
  upstream: UpstreamCall,
  exchange: Exchange,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<StreamOutcome> {
  const { outgoing, guards } = call;
  if (guards?.holdsStreams) {
    const abort = (reason?: UpstreamFailure) => exchange.abort(reason);
    return deliverHeldStream(call, { guards, routeType, upstream, response, abort }, deps);
  }
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
    if (stream.endedUnbegun()) return lostStream(call, stream, stream.fault ?? noEvents(), deps);
    stream.end('complete');
    return { end: stream.outcome };
  } catch (error) {
    const cause = stream.fault ?? error;
    if (!stream.began) return lostStream(call, stream, cause, deps);
    const left = stream.fault === undefined && error instanceof UpstreamFailure && error.kind === 'aborted';
    if (left) {
      call.record.error = 'the client left inside the stream';
      if (call.attempt !== undefined) call.attempt.outcome = 'abandoned';
    }
    stream.end(left ? 'aborted' : 'broken', cause);
    return { end: stream.outcome };
  } finally {
    outgoing.removeListener('drain', onDrain);
  }
}

function noEvents(): ReplyFault {
  return new ReplyFault('the stream ended before it began');
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
