/** Bytes as they come in → frames: the preface first, nothing longer than we said that we take. */
import { demand, errorCode, headBytes, maxFrameBytes, maxWindow, preface } from './frames.ts';

/** The payload is the taker's during the call only. */
export type TakeFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

const empty = Buffer.alloc(0);

export class FrameReader {
  #rest: Buffer = empty;
  #isPrefaced = false;

  /** Throws `ConnectionFault`. */
  push(chunk: Buffer, take: TakeFrame): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#isPrefaced) {
      const seen = Math.min(bytes.length, preface.length);
      demand(bytes.compare(preface, 0, seen, 0, seen) === 0, errorCode.protocol);
      this.#isPrefaced = seen === preface.length;
      at = this.#isPrefaced ? seen : 0;
    }
    while (this.#isPrefaced && bytes.length - at >= headBytes) {
      const length = bytes.readUIntBE(at, 3);
      demand(length <= maxFrameBytes, errorCode.frameSize);
      const end = at + headBytes + length;
      if (end > bytes.length) break;
      const stream = bytes.readUInt32BE(at + 5) & maxWindow;
      take(bytes[at + 3]!, bytes[at + 4]!, stream, bytes.subarray(at + headBytes, end));
      at = end;
    }
    // A copy: a few bytes must not hold on to a whole read.
    this.#rest = at === bytes.length ? empty : Buffer.from(bytes.subarray(at));
  }
}
