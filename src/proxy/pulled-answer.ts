/** What every way to an upstream does alike with an answer: its head is promised, its body pulled, its failure told once. */
import { isUtf8 } from 'node:buffer';
import { ReplyFault } from '../core/llm/translate-contract.ts';
import { type Exchange, type ResponseHeaders, UpstreamFailure, type UpstreamResponse } from './transport.ts';

/** One object is exchange and response, and what the wire reports to: a request makes few objects. */
export abstract class PulledAnswer implements Exchange, UpstreamResponse {
  readonly response: Promise<UpstreamResponse>;
  status = 0;
  headers: ResponseHeaders = {};
  #resolveHead!: (response: UpstreamResponse) => void;
  #rejectHead!: (error: UpstreamFailure) => void;
  #onData: ((chunk: Buffer) => boolean) | undefined;
  #resolveBody: (() => void) | undefined;
  #rejectBody: ((error: UpstreamFailure) => void) | undefined;
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #finished = false;
  #failure: UpstreamFailure | undefined;

  constructor() {
    this.response = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
  }

  /** Bytes that may arrive while the head's promise is still on its way to its reader. */
  protected abstract readonly mostEarly: number;
  protected abstract pause(): void;
  abstract resume(): void;
  /** Closes the connection; nothing is reported of it any more. */
  protected abstract cancel(reason: UpstreamFailure): void;

  get finished(): boolean {
    return this.#finished;
  }

  abort(reason = new UpstreamFailure('aborted', 'the call was cancelled')): void {
    if (this.#finished) return;
    this.cancel(reason);
    this.failed(reason);
  }

  stream(onData: (chunk: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onData = onData;
      this.#resolveBody = resolve;
      this.#rejectBody = reject;
      const early = this.#early;
      this.#early = [];
      let waits = false;
      for (const chunk of early) waits = onData(chunk) === false || waits;
      if (this.#failure !== undefined) reject(this.#failure);
      else if (this.#finished) resolve();
      else if (waits) this.pause();
      else this.resume();
    });
  }

  async text(maxBytes: number, strict = false): Promise<string> {
    if (this.#finished && this.#failure === undefined && this.#earlyBytes <= maxBytes)
      return textOf(this.#early, strict);
    const chunks: Buffer[] = [];
    let size = 0;
    await this.stream((chunk) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else this.abort(tooLarge(maxBytes));
      return true;
    });
    if (size > maxBytes) throw tooLarge(maxBytes);
    return textOf(chunks, strict);
  }

  protected began(status: number, headers: ResponseHeaders): void {
    this.status = status;
    this.headers = headers;
    this.#resolveHead(this);
  }

  protected arrived(chunk: Buffer): void {
    if (this.#onData !== undefined) {
      if (this.#onData(chunk) === false) this.pause();
      return;
    }
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > this.mostEarly) this.pause();
  }

  protected ended(): void {
    this.#finished = true;
    this.#resolveBody?.();
  }

  protected failed(failure: UpstreamFailure): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#failure = failure;
    this.#rejectHead(failure);
    this.#rejectBody?.(failure);
  }
}

export function tooLarge(maxBytes: number): UpstreamFailure {
  return new UpstreamFailure('too_large', `the answer is larger than ${maxBytes} bytes`);
}

export function textOf(chunks: readonly Buffer[], strict: boolean): string {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (strict && !isUtf8(bytes)) throw new ReplyFault('it is not valid UTF-8');
  return bytes.toString('utf8');
}
