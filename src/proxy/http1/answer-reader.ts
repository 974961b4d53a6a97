/** One connection's answers, from bytes in whatever pieces they come. Knows no sockets. */
import { type AnswerHead, parseHead } from './answer-head.ts';
import { ChunkedReader } from './chunked.ts';
import { MalformedAnswer } from './malformed-answer.ts';
import { PartialHead } from './partial-head.ts';

/** Told in this order; `body` at most once for each piece that is pushed. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  body(bytes: Buffer): void;
  end(): void;
}

export class AnswerReader {
  #state: 'idle' | 'head' | 'length' | 'chunked' | 'until-close' = 'idle';
  #method = '';
  readonly #partial = new PartialHead();
  /** Of a body whose length is known. */
  #left = 0;
  #chunks: ChunkedReader | undefined;

  /** A request of this method was sent. */
  expect(method: string): void {
    this.#method = method;
    this.#state = 'head';
    this.#partial.begin();
  }

  /**
   * Returns how many of the bytes belong to the answer: all, unless it ended. `owned`: their memory stays as it is, so that a body
   * may be a view of it. Throws `MalformedAnswer`, after the sink was told what came before.
   */
  push(bytes: Buffer, owned: boolean, sink: AnswerSink): number {
    let at = 0;
    while (this.#state === 'head' && at < bytes.length) {
      at = this.#partial.read(bytes, at);
      const { text } = this.#partial;
      if (text !== undefined) this.#parsed(parseHead(text, this.#method), sink);
    }
    if (this.#state === 'idle' || at === bytes.length) return at;
    return this.#body(bytes, at, owned, sink);
  }

  /** The connection has ended. False: inside an answer. */
  close(sink: AnswerSink): boolean {
    if (this.#state === 'until-close') this.#finish(sink);
    return this.#state === 'idle';
  }

  #parsed(head: AnswerHead, sink: AnswerSink): void {
    if (head.status === 101) throw new MalformedAnswer('another protocol, which nobody asked for');
    // Informational answers come before the one that is waited for.
    if (head.status < 200) return;
    if (head.body === 'chunked') this.#chunks = new ChunkedReader();
    if (typeof head.body === 'number') this.#left = head.body;
    this.#state = typeof head.body === 'number' ? 'length' : head.body;
    sink.head(head);
    if (head.body === 0) this.#finish(sink);
  }

  #body(bytes: Buffer, start: number, owned: boolean, sink: AnswerSink): number {
    if (this.#state === 'chunked') return this.#chunked(bytes, start, owned, sink);
    const wanted = this.#state === 'length' ? this.#left : Number.POSITIVE_INFINITY;
    const end = Math.min(bytes.length, start + wanted);
    this.#left -= end - start;
    sink.body(joined(bytes, [start, end], owned));
    if (this.#state === 'length' && this.#left === 0) this.#finish(sink);
    return end;
  }

  #chunked(bytes: Buffer, start: number, owned: boolean, sink: AnswerSink): number {
    const pieces: number[] = [];
    let end = start;
    try {
      end = this.#chunks!.read(bytes, start, bytes.length, pieces);
    } finally {
      if (pieces.length > 0) sink.body(joined(bytes, pieces, owned));
    }
    if (this.#chunks!.done) this.#finish(sink);
    return end;
  }

  #finish(sink: AnswerSink): void {
    this.#state = 'idle';
    this.#chunks = undefined;
    sink.end();
  }
}

/** `pieces`: from, to, from, to… */
function joined(bytes: Buffer, pieces: readonly number[], owned: boolean): Buffer {
  if (owned && pieces.length === 2) return bytes.subarray(pieces[0], pieces[1]);
  let size = 0;
  for (let i = 0; i < pieces.length; i += 2) size += pieces[i + 1]! - pieces[i]!;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (let i = 0; i < pieces.length; i += 2) at += bytes.copy(out, at, pieces[i]!, pieces[i + 1]!);
  return out;
}
