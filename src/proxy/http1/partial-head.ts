/** Collects a head until it is whole; nearly always it comes in one piece. What can't become one is refused at once. */
import { MalformedAnswer } from './malformed-answer.ts';

/** Of one exchange: those of informational answers count too. */
export const mostHeadBytes = 65_536;

const headEnd = Buffer.from('\r\n\r\n');
const protocol = 'HTTP/1.';
/** LF alone ends no line: a sender that takes it for an end would be waited for until the timeout. */
const loneLineEnd = /\r[^\n]|[^\r]\n/;
const nothing = Buffer.alloc(0);

export class PartialHead {
  /** The head that the last `read` completed, to the last header's CRLF. */
  text: string | undefined;
  #held: Buffer = nothing;
  #size = 0;
  /** What heads of this exchange may still have. */
  #room = mostHeadBytes;

  begin(): void {
    this.text = undefined;
    this.#size = 0;
    this.#room = mostHeadBytes;
  }

  /** Returns where it stopped: behind the head, or at the end. Throws `MalformedAnswer`. */
  read(bytes: Buffer, start: number): number {
    this.text = undefined;
    if (this.#size > 0) return this.#continue(bytes, start);
    const end = bytes.indexOf(headEnd, start);
    if (end < 0) {
      this.#hold(bytes, start);
      return this.#incomplete(bytes);
    }
    this.#complete(bytes, start, end);
    return end + headEnd.length;
  }

  #continue(bytes: Buffer, start: number): number {
    const before = this.#size;
    this.#hold(bytes, start);
    const held = this.#held.subarray(0, this.#size);
    const end = held.indexOf(headEnd, Math.max(0, before - 3));
    if (end < 0) return this.#incomplete(bytes);
    this.#complete(held, 0, end);
    return start + end + headEnd.length - before;
  }

  #incomplete(bytes: Buffer): number {
    if (this.#size >= this.#room) throw tooLong();
    return bytes.length;
  }

  #complete(bytes: Buffer, start: number, end: number): void {
    const size = end + headEnd.length - start;
    if (size > this.#room) throw tooLong();
    this.#room -= size;
    this.text = bytes.toString('latin1', start, end + 2);
    this.#size = 0;
    this.#held = nothing;
  }

  /** No more of it than a head may have. */
  #hold(bytes: Buffer, start: number): void {
    const before = this.#size;
    const take = Math.min(bytes.length - start, this.#room - before);
    if (take <= 0) throw tooLong();
    this.#size = before + take;
    if (this.#size > this.#held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1_024, 2 * this.#size));
      this.#held.copy(larger, 0, 0, before);
      this.#held = larger;
    }
    bytes.copy(this.#held, before, start, start + take);
    if (before < protocol.length) {
      const begins = this.#held.toString('latin1', 0, Math.min(this.#size, protocol.length));
      if (!protocol.startsWith(begins)) throw new MalformedAnswer('an answer that is not HTTP');
    }
    this.#refuseLoneLineEnds(before);
  }

  /** In what is new, up to where the head may have ended. */
  #refuseLoneLineEnds(before: number): void {
    const from = Math.max(0, before - 3);
    const end = this.#held.subarray(0, this.#size).indexOf(headEnd, from);
    const text = this.#held.toString('latin1', Math.max(0, before - 1), end < 0 ? this.#size : end);
    if (loneLineEnd.test(text)) throw new MalformedAnswer('a lone CR or LF in the head');
  }
}

function tooLong(): MalformedAnswer {
  return new MalformedAnswer(`a head of more than ${mostHeadBytes} bytes`);
}
