/** Frames that wait to be written, in one piece. */
import { headBytes } from './frames.ts';

const firstBytes = 16_384;
const maxKeptBytes = 262_144;

export class OutBuffer {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A frame's head; `length` bytes of payload must follow. */
  head(type: number, flags: number, stream: number, length: number): void {
    this.#reserve(headBytes + length);
    this.#bytes.writeUIntBE(length, this.#size, 3);
    this.#bytes[this.#size + 3] = type;
    this.#bytes[this.#size + 4] = flags;
    this.#bytes.writeUInt32BE(stream, this.#size + 5);
    this.#size += headBytes;
  }

  bytes(payload: Uint8Array): void {
    this.#reserve(payload.length);
    this.#bytes.set(payload, this.#size);
    this.#size += payload.length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeUInt32BE(value, this.#size);
  }

  /** Everything so far, to be written; the buffer begins anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#size);
    this.#bytes.copy(taken, 0, 0, this.#size);
    this.#size = 0;
    if (this.#bytes.length > maxKeptBytes) this.#bytes = Buffer.allocUnsafeSlow(firstBytes);
    return taken;
  }

  #reserve(bytes: number): void {
    const needed = this.#size + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#size);
    this.#bytes = grown;
  }
}
