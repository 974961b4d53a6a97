/**
 * Protobuf's wire format, read in place: nothing is allocated but what is asked for. A field of another wire type than the
 * message says is an unknown one and skipped, as in Go.
 */
import { textAt } from './wire-text.ts';

export const wire = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** A tag: the field's number and its wire type. */
export function tagOf(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/** The bytes are no message. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  constructor() {
    super('proto: cannot parse invalid wire-format data');
  }
}

const maxGroupDepth = 100;
const maxTag = 2 ** 32;
const two32 = 4_294_967_296;

export class WireReader {
  readonly #bytes: Buffer;
  #at: number;
  /** Where the message that is being read ends. */
  #end: number;
  /** Upper 32 bits of the last varint. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = 0;
    this.#end = bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  tag(): number {
    const tag = this.#varint();
    if (this.#high !== 0 || tag < 8 || tag >= maxTag) throw new Malformed();
    return tag;
  }

  uint32(): number {
    return this.#varint();
  }

  int32(): number {
    return this.#varint() | 0;
  }

  /** Exact below 2^53. */
  uint64(): number {
    const low = this.#varint();
    return this.#high * two32 + low;
  }

  bool(): boolean {
    const low = this.#varint();
    return low !== 0 || this.#high !== 0;
  }

  text(): string {
    const end = this.#endOfBytes();
    const start = this.#at;
    this.#at = end;
    return textAt(this.#bytes, start, end);
  }

  /** From here on a message inside is read; `leave` with what this returned goes back to the one around it. */
  enter(): number {
    const outer = this.#end;
    this.#end = this.#endOfBytes();
    return outer;
  }

  leave(outer: number): void {
    this.#at = this.#end;
    this.#end = outer;
  }

  skip(tag: number, depth = 0): void {
    const wireType = tag & 7;
    if (wireType === wire.varint) this.#varint();
    else if (wireType === wire.fixed64) this.#jump(8);
    else if (wireType === wire.bytes) this.#at = this.#endOfBytes();
    else if (wireType === wire.fixed32) this.#jump(4);
    else if (wireType === wire.startGroup) this.#skipGroup(tag >>> 3, depth);
    else throw new Malformed();
  }

  #skipGroup(field: number, depth: number): void {
    if (depth > maxGroupDepth) throw new Malformed();
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === wire.endGroup) {
        if (tag >>> 3 !== field) throw new Malformed();
        return;
      }
      this.skip(tag, depth + 1);
    }
  }

  #jump(bytes: number): void {
    if (this.#at + bytes > this.#end) throw new Malformed();
    this.#at += bytes;
  }

  #endOfBytes(): number {
    const length = this.#varint();
    const end = this.#at + length;
    if (this.#high !== 0 || end > this.#end) throw new Malformed();
    return end;
  }

  /** The lower 32 bits; the upper ones are in `#high`. */
  #varint(): number {
    this.#high = 0;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    const middle = this.#byte();
    low = (low | ((middle & 0x7f) << 28)) >>> 0;
    let high = (middle & 0x7f) >>> 4;
    for (let shift = 3, byte = middle; byte >= 0x80; shift += 7) {
      if (shift > 31) throw new Malformed();
      byte = this.#byte();
      // The tenth byte has one bit left.
      if (shift === 31 && byte > 1) throw new Malformed();
      high |= (byte & 0x7f) << shift;
    }
    this.#high = high >>> 0;
    return low;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Malformed();
    return this.#bytes[this.#at++]!;
  }
}
