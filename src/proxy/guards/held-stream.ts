/** A stream under guards that have to be asked: held to its end, checked whole, then sent as the stream it is. */
import { StringDecoder } from 'node:string_decoder';
import type { RouteType } from '../../core/config/snapshot.ts';
import type { UpstreamCall } from '../../core/llm/translate-contract.ts';
import type { Call } from '../call.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import { limitHeaders, providerHeaders, sendWhole } from '../send.ts';
import type { StreamOutcome } from '../stream-delivery.ts';
import { UpstreamFailure, type UpstreamResponse } from '../transport.ts';
import type { CallGuards } from './call-guards.ts';
import { guardAnswer } from './guard-answer.ts';

interface HeldStream {
  guards: CallGuards;
  routeType: RouteType;
  upstream: UpstreamCall;
  response: UpstreamResponse;
  /** Hangs up on the provider. */
  abort(reason?: UpstreamFailure): void;
}

/** An answer that did not come whole is lost: nothing of it went on. */
export async function deliverHeldStream(
  call: Call,
  { guards, routeType, upstream, response, abort }: HeldStream,
  deps: DataPathDependencies,
): Promise<StreamOutcome> {
  const translator = upstream.reply.stream();
  const decoder = new StringDecoder('utf8');
  const held: string[] = [];
  let size = 0;
  const keep = (text: string) => {
    held.push(text);
    size += text.length;
    const max = deps.limits.maxResponseBytes;
    if (size > max) throw new UpstreamFailure('too_large', `the answer is larger than ${max} bytes`);
  };
  const translated = (chunk: Buffer): string => {
    if (translator.pushBytes !== undefined) return translator.pushBytes(chunk);
    const text = decoder.write(chunk);
    const out = translator.push(text);
    return translator.raw ? text : out;
  };
  let fault: unknown;
  const take = (chunk: Buffer): boolean => {
    if (fault !== undefined) return true;
    try {
      keep(translated(chunk));
    } catch (error) {
      fault = error;
      abort(error instanceof UpstreamFailure ? error : undefined);
    }
    return true;
  };
  try {
    await response.stream(take);
    if (fault !== undefined) throw fault;
  } catch (error) {
    translator.end('aborted');
    return { lost: fault ?? error, usage: translator.usage() };
  }
  keep(translator.end('complete'));
  call.record.status = response.status;
  const check = () => guards.heldStream(held.join(''));
  const told = { routeType, usage: translator.usage(), model: translator.responseModel(), check };
  const text = await guardAnswer(call, told, deps);
  if (text === undefined) return { end: 'complete' };
  const headers = { ...providerHeaders(response.headers), ...limitHeaders(call) };
  sendWhole(
    call,
    response.status,
    { ...headers, 'content-type': translator.contentType, 'cache-control': 'no-cache' },
    text,
  );
  return { end: 'complete' };
}
