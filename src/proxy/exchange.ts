/** One request to one provider: its answer goes to the client, unless nothing of it has: then the failure is told, not given. */
import type { ProviderTarget } from '../core/config/snapshot.ts';
import { isBinaryAnswer } from '../core/llm/binary-body.ts';
import { eventStreamType } from '../core/llm/event-stream.ts';
import { statusOf } from '../core/llm/model.ts';
import type { UpstreamCall } from '../core/llm/translate-contract.ts';
import { noUsage, type Usage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import { decodedResponse } from './decoded-response.ts';
import { deliverError, deliverPlain, deliverStream } from './deliver.ts';
import { deliverBytes } from './deliver-bytes.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { type LlmRoute, remainingMs } from './llm-route.ts';
import type { Failure } from './retry-rules.ts';
import { settle } from './settle.ts';
import { needsSignature, signCall } from './sign-call.ts';
import type { LostStream } from './stream-delivery.ts';
import { type StreamEnd, StreamRefused } from './stream-delivery.ts';
import { withTrace } from './trace.ts';
import { type Exchange, UpstreamFailure, type UpstreamResponse } from './transport.ts';
import { describeFailure, refuseFailure, usageOfLost } from './upstream-failures.ts';

export interface FailedExchange extends Failure {
  usage: Usage;
  /** Makes this failure the client's answer, and settles. */
  give(): void;
}

/** `headMs`: from sending to the answer's head. */
export type ExchangeEnd = { end: StreamEnd; headMs: number } | { failure: FailedExchange };

export async function exchange(
  call: Call,
  route: LlmRoute,
  target: ProviderTarget,
  upstream: UpstreamCall,
  deps: DataPathDependencies,
): Promise<ExchangeEnd> {
  const signed = needsSignature(target) ? await signedOr(upstream, target, deps) : upstream;
  if (signed instanceof Error) return { failure: lostExchange(call, route, signed, noUsage, deps) };
  const sentAtMs = deps.nowMs();
  const sent = deps.transport.send({
    ...signed,
    headers: withTrace(call, signed.headers, sentAtMs, deps.random),
    body: bodyOf(upstream),
    headersTimeoutMs: target.requestTimeoutMs ?? deps.limits.headersTimeoutMs,
    connectTimeoutMs: target.connectTimeoutMs,
    bodyIdleTimeoutMs: target.idleTimeoutMs,
  });
  const graceMs = upstream.streaming ? 0 : deps.limits.abandonedGraceMs;
  const abandoned = watchClient(call, graceMs, () => sent.abort());
  const late = watchClock(call, route, sent, sentAtMs);
  const lost = (error: unknown, usage = usageOfLost(error, upstream, deps.nowMs() - sentAtMs)) => ({
    failure: lostExchange(call, route, error, usage, deps),
  });
  try {
    const response = decodedResponse(await sent.response, (reason) => sent.abort(reason));
    const headMs = deps.nowMs() - sentAtMs;
    if (call.attempt !== undefined) call.attempt.status = response.status;
    if (response.status >= 400) {
      const failure = refused(call, upstream, response, deps);
      return await failure.then((failure) => ({ failure })).catch((error) => lost(error, noUsage));
    }
    if (upstream.reply.bytes !== undefined && isBinary(response)) {
      await deliverBytes(call, upstream.reply.bytes(), response, deps);
      return { end: 'complete', headMs };
    }
    if (!isEventStream(response, upstream)) {
      await deliverPlain(call, route.routeType, upstream, response, deps);
      return { end: 'complete', headMs };
    }
    const outcome = await deliverStream(call, route.routeType, upstream, sent, response, deps);
    if ('end' in outcome) return { end: outcome.end, headMs };
    return outcome.give === undefined
      ? lost(outcome.lost, outcome.usage)
      : { failure: refusedStream(outcome, outcome.give) };
  } catch (error) {
    return lost(error);
  } finally {
    abandoned.stop();
    clearTimeout(late);
  }
}

function bodyOf({ body, method, binary }: UpstreamCall): string | Buffer | null {
  if (binary) return Buffer.from(body, 'latin1');
  return body === '' && method === 'GET' ? null : body;
}

function isBinary({ headers: { 'content-type': contentType } }: UpstreamResponse): boolean {
  return typeof contentType === 'string' && isBinaryAnswer(contentType);
}

/** Nothing was sent where the credential is out of reach: that is the failure. */
async function signedOr(
  upstream: UpstreamCall,
  target: ProviderTarget,
  deps: DataPathDependencies,
): Promise<UpstreamCall | Error> {
  try {
    return await signCall(upstream, target, deps);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A provider that says no has used nothing. */
async function refused(
  call: Call,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<FailedExchange> {
  const text = await response.text(deps.limits.maxResponseBytes);
  const { status, headers } = response;
  return { status, headers, usage: noUsage, give: () => deliverError(call, upstream, response, text, deps) };
}

/** As if the provider had answered with a status. */
function refusedStream({ lost, usage }: LostStream, give: () => void): FailedExchange {
  const status = lost instanceof StreamRefused ? statusOf(lost.kind) : undefined;
  return { status, headers: {}, error: lost, usage, give };
}

function lostExchange(
  call: Call,
  { routeType }: LlmRoute,
  error: unknown,
  usage: Usage,
  deps: DataPathDependencies,
): FailedExchange {
  const give = () => {
    try {
      describeFailure(call, error);
    } finally {
      settle(call, usage, undefined, deps);
    }
    refuseFailure(call, error, routeType, deps);
  };
  return { headers: {}, error, usage, give };
}

/** Who was asked for a stream and does not say that it is anything else sends one. */
const sayNothing = /^(|text\/plain|application\/octet-stream)( *;.*)?$/;

function isEventStream({ headers }: UpstreamResponse, { streaming, operation }: UpstreamCall): boolean {
  const { 'content-type': given = '' } = headers;
  const contentType = String(given).toLowerCase();
  if (contentType.startsWith('text/event-stream') || contentType.startsWith(eventStreamType)) return true;
  return streaming && operation === 'chat' && sayNothing.test(contentType);
}

/** A timer only where the configuration limits the whole of an attempt or of the call. */
function watchClock(call: Call, route: LlmRoute, sent: Exchange, nowMs: number): NodeJS.Timeout | undefined {
  const total = remainingMs(call, route, nowMs);
  const own = route.rule.attemptTimeoutMs;
  if (total === undefined && own === undefined) return undefined;
  const limit = Math.min(total ?? Number.POSITIVE_INFINITY, own ?? Number.POSITIVE_INFINITY);
  const tooLong = () => sent.abort(new UpstreamFailure('timeout', 'the answer took too long'));
  return setTimeout(tooLong, limit);
}

/** A client that leaves: a stream is cancelled at once, a plain call after a grace in which it may finish. */
function watchClient(call: Call, graceMs: number, abort: () => void): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const onClose = () => {
    if (call.outgoing.writableFinished) return;
    if (graceMs === 0) abort();
    else timer = setTimeout(abort, graceMs);
  };
  call.outgoing.once('close', onClose);
  if (call.outgoing.destroyed) onClose();
  return {
    stop: () => {
      clearTimeout(timer);
      call.outgoing.removeListener('close', onClose);
    },
  };
}
