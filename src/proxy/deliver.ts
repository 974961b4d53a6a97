/** The provider's answer on its way to the client: whole, as a stream, or as an error. Settles before the last byte. */
import { StringDecoder } from 'node:string_decoder';
import type { StreamTranslator, UpstreamCall } from '../core/llm/translate-contract.ts';
import { noUsage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { limitHeaders, providerHeaders, sendWhole, writeHead } from './send.ts';
import { settle } from './settle.ts';
import { type Exchange, UpstreamFailure, type UpstreamResponse } from './transport.ts';

export async function deliverPlain(
  call: Call,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const text = await response.text(deps.limits.maxResponseBytes);
  const reply = upstream.reply.plain(text, contentTypeOf(response));
  settle(call, reply.usage ?? noUsage, reply.responseModel, deps);
  const headers = {
    ...providerHeaders(response.headers),
    ...limitHeaders(call),
    'content-type': reply.contentType,
  };
  sendWhole(call, response.status, headers, reply.body);
}

/** A provider's refusal uses nothing; its status, request id and Retry-After stay. */
export async function deliverError(
  call: Call,
  upstream: UpstreamCall,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const text = await response.text(deps.limits.maxResponseBytes);
  settle(call, noUsage, undefined, deps);
  const { contentType, body } = upstream.reply.error(response.status, text, contentTypeOf(response));
  call.record.reason = 'Upstream';
  call.record.error = `the provider answered ${response.status}`;
  sendWhole(
    call,
    response.status,
    { ...providerHeaders(response.headers), ...limitHeaders(call), 'content-type': contentType },
    body,
  );
}

export async function deliverStream(
  call: Call,
  upstream: UpstreamCall,
  exchange: Exchange,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const stream = new StreamDelivery(call, upstream.reply.stream(), deps);
  const { outgoing } = call;
  const onDrain = () => response.resume();
  outgoing.on('drain', onDrain);
  writeHead(call, response.status, {
    ...providerHeaders(response.headers),
    ...limitHeaders(call),
    'content-type': stream.translator.contentType,
    'cache-control': 'no-cache',
  });
  let fault: unknown;
  try {
    await response.stream((chunk) => {
      try {
        return stream.push(chunk);
      } catch (error) {
        fault = error;
        exchange.abort();
        return true;
      }
    });
    stream.end('complete');
  } catch (error) {
    const cause = fault ?? error;
    call.record.error = cause instanceof Error ? cause.message : String(cause);
    const left = fault === undefined && error instanceof UpstreamFailure && error.kind === 'aborted';
    if (left) call.record.error = 'the client left inside the stream';
    stream.end(left ? 'aborted' : 'broken');
  } finally {
    outgoing.removeListener('drain', onDrain);
  }
}

class StreamDelivery {
  readonly translator: StreamTranslator;
  readonly #call: Call;
  readonly #deps: DataPathDependencies;
  readonly #decoder = new StringDecoder('utf8');
  #firstTokenMs: number | undefined;

  constructor(call: Call, translator: StreamTranslator, deps: DataPathDependencies) {
    this.#call = call;
    this.translator = translator;
    this.#deps = deps;
  }

  /** False when the client's side is full: the provider is asked to wait. */
  push(chunk: Buffer): boolean {
    const text = this.translator.push(this.#decoder.write(chunk));
    if (this.#firstTokenMs === undefined && this.translator.sawFirstToken())
      this.#firstTokenMs = this.#deps.nowMs();
    // Counted before the client sees the end, so that its next call meets the new balance.
    if (this.translator.finished()) this.#settle();
    return this.#write(this.translator.raw ? chunk : text);
  }

  end(reason: 'complete' | 'broken' | 'aborted'): void {
    const text = this.translator.end(reason);
    this.#settle();
    if (text !== '') this.#write(text);
    this.#call.outgoing.end();
  }

  #write(out: string | Buffer): boolean {
    if (out.length === 0 || this.#call.outgoing.destroyed) return true;
    this.#call.record.responseBytes += out.length;
    return this.#call.outgoing.write(out);
  }

  #settle(): void {
    if (this.#call.settled) return;
    const { llm, startedAtMs } = this.#call.record;
    const usage = this.translator.usage();
    if (llm !== undefined && this.#firstTokenMs !== undefined) {
      llm.timeToFirstTokenMs = this.#firstTokenMs - startedAtMs;
      const rest = usage.outputTokens - 1;
      if (rest > 0) llm.timePerOutputTokenMs = (this.#deps.nowMs() - this.#firstTokenMs) / rest;
    }
    settle(this.#call, usage, this.translator.responseModel(), this.#deps);
  }
}

function contentTypeOf(response: UpstreamResponse): string {
  const value = response.headers['content-type'];
  return typeof value === 'string' ? value : '';
}
