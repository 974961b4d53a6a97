/** The chunked coding (RFC 9112, 7.1), read as it comes: where its pieces are, nothing is copied. Trailers are dropped. */
import { MalformedAnswer } from './malformed-answer.ts';

/** Of all extensions, and of all trailers, of one body: nobody sends any, and what only costs must end. */
const mostExtensionBytes = 16_384;
const mostTrailerBytes = 65_536;
/** Hexadecimal digits that are exact as a number. */
const mostSizeDigits = 13;

const extensions =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)+$/;

const trailer = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*$/;

const cr = 0x0d;
const lf = 0x0a;
const semicolon = 0x3b;

type State =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-cr'
  | 'data-lf'
  | 'line'
  | 'trailer'
  | 'trailer-lf'
  | 'last-lf'
  | 'done';

export class ChunkedReader {
  #state: State = 'size';
  /** Of the chunk: its size while that is read, then what is left of it. */
  #left = 0;
  #digits = 0;
  /** Of the extensions or the trailer that is being read. */
  #text = '';
  #extensionBytes = 0;
  #trailerBytes = 0;

  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Reads `bytes[start…end)` and adds where data is to `pieces`: from, to, from, to… Returns where it stopped: at `end`, or behind
   * the body. Throws `MalformedAnswer`; the pieces that came before are there.
   */
  read(bytes: Buffer, start: number, end: number, pieces: number[]): number {
    let at = start;
    while (at < end && this.#state !== 'done') {
      if (this.#state === 'size' && this.#digits === 0) at = this.#plainSize(bytes, at, end);
      if (at === end) break;
      if (this.#state === 'data') {
        const to = Math.min(end, at + this.#left);
        pieces.push(at, to);
        this.#left -= to - at;
        at = to;
        if (this.#left === 0) this.#state = 'data-cr';
      } else this.#byte(bytes[at++]!);
    }
    return at;
  }

  /** A size line as nearly all are, whole and without extensions; what else it is, `#byte` finds out from the same place. */
  #plainSize(bytes: Buffer, start: number, end: number): number {
    const most = Math.min(end, start + mostSizeDigits);
    let [at, size] = [start, 0];
    for (; at < most; at++) {
      const digit = hexDigit(bytes[at]!);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (size === 0 || at + 2 > end || bytes[at] !== cr || bytes[at + 1] !== lf) return start;
    this.#left = size;
    this.#state = 'data';
    return at + 2;
  }

  #byte(byte: number): void {
    switch (this.#state) {
      case 'size':
        return void this.#size(byte);
      case 'extension':
        return void this.#extended(byte);
      case 'size-lf':
        this.#expect(byte, lf);
        this.#digits = 0;
        this.#state = this.#left === 0 ? 'line' : 'data';
        return;
      case 'data-cr':
        this.#expect(byte, cr);
        this.#state = 'data-lf';
        return;
      case 'data-lf':
        this.#expect(byte, lf);
        this.#state = 'size';
        return;
      default:
        return void this.#trailer(byte);
    }
  }

  #size(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.#digits > mostSizeDigits) throw new MalformedAnswer('a chunk larger than can be');
      this.#left = this.#left * 16 + digit;
      return;
    }
    if (this.#digits === 0) throw new MalformedAnswer('a chunk without a size');
    if (byte === cr) this.#state = 'size-lf';
    else if (byte === semicolon) {
      this.#text = ';';
      this.#state = 'extension';
    } else throw new MalformedAnswer('a chunk size that is not a number');
  }

  #extended(byte: number): void {
    if (byte !== cr) {
      if (++this.#extensionBytes > mostExtensionBytes)
        throw new MalformedAnswer('chunk extensions that are too long');
      this.#text += String.fromCharCode(byte);
      return;
    }
    if (!extensions.test(this.#text)) throw new MalformedAnswer('a chunk extension that is none');
    this.#text = '';
    this.#state = 'size-lf';
  }

  #trailer(byte: number): void {
    if (++this.#trailerBytes > mostTrailerBytes) throw new MalformedAnswer('trailers that are too long');
    switch (this.#state) {
      case 'line':
      case 'trailer':
        if (byte === lf) throw new MalformedAnswer('a lone LF in a trailer');
        if (byte !== cr) {
          this.#text += String.fromCharCode(byte);
          this.#state = 'trailer';
        } else if (this.#state === 'line') this.#state = 'last-lf';
        else {
          if (!trailer.test(this.#text)) throw new MalformedAnswer('a trailer that is no header');
          this.#text = '';
          this.#state = 'trailer-lf';
        }
        return;
      case 'trailer-lf':
        this.#expect(byte, lf);
        this.#state = 'line';
        return;
      default:
        this.#expect(byte, lf);
        this.#state = 'done';
    }
  }

  #expect(byte: number, wanted: number): void {
    if (byte !== wanted) throw new MalformedAnswer('a chunk that does not end where it says');
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
