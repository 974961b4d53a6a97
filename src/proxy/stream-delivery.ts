/**
 * One streamed answer: bytes in, translated bytes out, metered, settled once. What arrives in one read of the provider's
 * socket (often many events) is translated and written together when that read is done: nothing waits, 25 writes become one.
 */
import { StringDecoder } from 'node:string_decoder';
import { GuardRejection } from '../core/guard/model.ts';
import { type ErrorKind, statusOf } from '../core/llm/model.ts';
import { ReplyFault, type StreamTranslator } from '../core/llm/translate-contract.ts';
import { noUsage, type Usage } from '../core/llm/usage.ts';
import { verdictOf } from '../core/resilience/model.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { settle } from './settle.ts';
import { UpstreamFailure } from './transport.ts';

export type StreamEnd = 'complete' | 'broken' | 'aborted';

export type StreamOutcome = { end: StreamEnd } | LostStream;

export interface LostStream {
  lost: unknown;
  usage: Usage;
  /** Of a stream that begins with an error: gives it to the client as it is. */
  give?(): void;
}

/** The stream begins with the provider's word that it can't: kept back, where another attempt may do better. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly kind: ErrorKind;
  constructor(kind: ErrorKind) {
    super(`the provider's stream begins with an error: ${kind}`);
    this.kind = kind;
  }
}

/** For the client: faults of ours it learns nothing of. */
function whyBroken(cause: unknown): string | undefined {
  if (cause instanceof ReplyFault) return `the provider's answer can not be read: ${cause.message}`;
  return cause instanceof UpstreamFailure ? cause.message : undefined;
}

export class StreamDelivery {
  readonly translator: StreamTranslator;
  /** What the translator could not take: the answer is broken off. */
  fault: unknown;
  /** Something went to the client: the call can't be made again. */
  began = false;
  readonly #call: Call;
  readonly #deps: DataPathDependencies;
  readonly #begin: () => void;
  readonly #abort: () => void;
  readonly #decoder = new StringDecoder('utf8');
  readonly #flushArrived = () => this.#flush();
  #arrived: Buffer[] = [];
  /** The client's side holds more than it should: the provider is asked to wait. */
  #full = false;
  #firstTokenMs: number | undefined;
  #outcome: StreamEnd = 'complete';
  /** What a refused stream said. */
  #held: string | Buffer = '';

  /** `begin` writes the head. */
  constructor(
    call: Call,
    translator: StreamTranslator,
    deps: DataPathDependencies,
    begin: () => void,
    abort: () => void,
  ) {
    this.#call = call;
    this.translator = translator;
    this.#deps = deps;
    this.#begin = begin;
    this.#abort = abort;
  }

  /** False asks the provider to wait until `drained`. */
  push(chunk: Buffer): boolean {
    if (this.#arrived.push(chunk) === 1) queueMicrotask(this.#flushArrived);
    return !this.#full;
  }

  drained(): void {
    this.#full = false;
  }

  /** `cause`: what broke it on the way. */
  end(reason: StreamEnd, cause?: unknown): void {
    this.#flush();
    const why = whyBroken(this.fault ?? cause);
    const text = this.translator.end(this.fault === undefined ? reason : 'broken', why);
    this.#outcome = reason;
    if (reason !== 'aborted') this.#describe(this.fault ?? cause);
    this.#settle();
    if (text !== '') this.#write(text);
    this.#ensureBegun();
    this.#call.outgoing.end();
  }

  /** How it ended for the provider's standing; known after `end`. */
  get outcome(): StreamEnd {
    return this.#outcome;
  }

  /** Before it is settled, so that the ledger has it. */
  #describe(cause: unknown): void {
    const kind = this.translator.failed();
    if (cause === undefined && kind === undefined) return;
    const { record, attempt } = this.#call;
    if (cause instanceof GuardRejection) {
      // The provider did its work: it is not held against it.
      record.reason ??= 'Guardrail';
      record.error = `${cause.message} (${cause.reason})`;
      this.#outcome = 'complete';
      return;
    }
    const message = cause instanceof Error ? cause.message : `the provider's stream failed: ${kind}`;
    record.error = message;
    if (attempt !== undefined) {
      attempt.outcome = 'failed';
      attempt.error = message;
    }
    const blamed = cause !== undefined || kind === undefined || verdictOf(statusOf(kind)) === 'failure';
    this.#outcome = blamed ? 'broken' : 'aborted';
  }

  /** The provider has sent all there is, and nothing of it went to the client. */
  endedUnbegun(): boolean {
    this.#flush();
    return !this.began && !this.translator.finished();
  }

  /** Nothing went to the client, and nothing will: what it used all the same. */
  lost(): Usage {
    this.translator.end('aborted');
    const usage = this.translator.usage();
    // Who refuses before a word has used what it says, which is nothing unless it says so.
    const refused = this.fault instanceof StreamRefused && usage.estimated;
    return refused && !this.translator.sawFirstToken() ? noUsage : usage;
  }

  /** No other attempt did better: what the provider said goes to the client after all. */
  giveHeld(): void {
    this.#write(this.#held);
    this.#call.outgoing.end();
  }

  #flush(): void {
    if (this.#arrived.length === 0 || this.fault !== undefined) return;
    const bytes = this.#arrived.length === 1 ? this.#arrived[0]! : Buffer.concat(this.#arrived);
    this.#arrived = [];
    try {
      this.#translate(bytes);
    } catch (error) {
      this.fault = error;
      this.#abort();
    }
  }

  #translate(bytes: Buffer): void {
    const { translator } = this;
    const text = translator.pushBytes?.(bytes) ?? translator.push(this.#decoder.write(bytes));
    if (this.#firstTokenMs === undefined && this.translator.sawFirstToken())
      this.#firstTokenMs = this.#deps.nowMs();
    const out = translator.raw ? bytes : text;
    const refused = this.began || this.#call.attempt === undefined ? undefined : translator.failed();
    if (refused !== undefined) {
      this.#held = out;
      throw new StreamRefused(refused);
    }
    const stopped = translator.stopped?.();
    if (stopped !== undefined) this.#describe(stopped);
    // Counted before the client sees the end, so that its next call meets the new balance.
    if (this.translator.finished()) this.#settle();
    this.#write(out);
    if (stopped !== undefined) throw stopped;
  }

  #write(out: string | Buffer): void {
    const { outgoing, record } = this.#call;
    if (out.length === 0 || outgoing.destroyed) return;
    this.#ensureBegun();
    record.responseBytes += out.length;
    this.#call.recording?.deliver(out, this.translator.contentType);
    if (!outgoing.write(out)) this.#full = true;
  }

  #ensureBegun(): void {
    if (this.began) return;
    this.began = true;
    if (!this.#call.outgoing.destroyed) this.#begin();
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
