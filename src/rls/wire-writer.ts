/** Protobuf's wire format, written into one buffer that grows. */

const two32 = 4_294_967_296;
const firstBytes = 4_096;
/** Larger buffers are not kept for the next message. */
const maxKeptBytes = 1_048_576;

export class WireWriter {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #at = 0;

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= two32) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    rest >>>= 0;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  /** Length and content. */
  text(value: string): void {
    const start = this.open();
    this.#reserve(value.length * 3);
    this.#at += this.#bytes.write(value, this.#at);
    this.close(start);
  }

  /** A message inside begins; its length is known at `close`. */
  open(): number {
    this.#reserve(5);
    return ++this.#at;
  }

  /** `start` is what `open` returned. */
  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    // A byte was left for the length: what needs more moves back.
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : length < 0x1000_0000 ? 3 : 4;
    this.#reserve(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    const end = this.#at + more;
    this.#at = start - 1;
    this.varint(length);
    this.#at = end;
  }

  /** Everything since the last time, with `headBytes` free bytes in front; the writer begins anew. */
  take(headBytes = 0): Buffer {
    const taken = Buffer.allocUnsafe(headBytes + this.#at);
    this.#bytes.copy(taken, headBytes, 0, this.#at);
    this.#at = 0;
    if (this.#bytes.length > maxKeptBytes) this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
