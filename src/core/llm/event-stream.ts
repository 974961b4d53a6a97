/**
 * AWS event streams (`application/vnd.amazon.eventstream`), incrementally: any chunking of the bytes gives the same events. A
 * message is its length, the length of its headers and the CRC-32 of both, then headers, payload and the CRC-32 of all before it.
 */
import { crc32, decodeUtf8 } from '../text/bytes.ts';
import type { SseEvent } from './sse.ts';
import { ReplyFault } from './translate-contract.ts';

/** What cuts a provider's bytes into events: named by their type, with their JSON as data. */
export interface EventFrames {
  /** Throws `ReplyFault`. */
  push(bytes: Uint8Array, onEvent: (event: SseEvent) => void): void;
}

export const eventStreamType = 'application/vnd.amazon.eventstream';
/** Before the type of an exception or an error, where other events have their own. */
export const faultPrefix = 'fault:';

const preludeLength = 12;
const checksumLength = 4;
/** The encoding's own bounds are 24 MiB a message and 128 KiB of headers; no event of a model comes near. */
const maxMessageLength = 16 * 1024 * 1024;
const maxHeadersLength = 128 * 1024;

/** Bytes of a value by its type: true, false, byte, short, integer, long, bytes, string, timestamp, UUID; −1 is told before it. */
const valueLengths = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const stringType = 7;

export class EventStreamParser implements EventFrames {
  /** Bytes of a message that is not complete. */
  #held: Uint8Array = new Uint8Array(0);
  #size = 0;

  push(bytes: Uint8Array, onEvent: (event: SseEvent) => void): void {
    const all = this.#size === 0 ? bytes : this.#hold(bytes);
    const end = this.#size === 0 ? bytes.length : this.#size;
    let at = 0;
    for (;;) {
      const length = messageLength(all, at, end);
      if (length === undefined || end - at < length) break;
      onEvent(readMessage(all, at, length));
      at += length;
    }
    this.#keep(all, at, end);
  }

  /** Room grows by doubling, so that many small pieces of a large message do not cost its square. */
  #hold(bytes: Uint8Array): Uint8Array {
    const needed = this.#size + bytes.length;
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#size));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#size);
    this.#size = needed;
    return this.#held;
  }

  #keep(all: Uint8Array, from: number, to: number): void {
    if (all === this.#held) {
      // What only waits for more stays where it is.
      if (from > 0) this.#held.copyWithin(0, from, to);
    } else if (from < to) this.#held = all.slice(from, to);
    this.#size = to - from;
    if (this.#size === 0) this.#held = new Uint8Array(0);
  }
}

/** Undefined while its beginning is not complete. The lengths are checked before anybody waits for so many bytes. */
function messageLength(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (end - at < preludeLength) return undefined;
  const length = uint32(bytes, at);
  const headers = uint32(bytes, at + 4);
  if (crc32(bytes, at, at + 8) !== uint32(bytes, at + 8))
    throw new ReplyFault('a message of the event stream has a damaged beginning');
  if (length > maxMessageLength || headers > maxHeadersLength)
    throw new ReplyFault('a message of the event stream is too large');
  if (length < preludeLength + headers + checksumLength)
    throw new ReplyFault('a message of the event stream is shorter than its parts');
  return length;
}

function readMessage(bytes: Uint8Array, at: number, length: number): SseEvent {
  const checksumAt = at + length - checksumLength;
  if (crc32(bytes, at, checksumAt) !== uint32(bytes, checksumAt))
    throw new ReplyFault('a message of the event stream is damaged');
  const payloadAt = at + preludeLength + uint32(bytes, at + 4);
  const headers = readHeaders(bytes, at + preludeLength, payloadAt);
  const data = decodeUtf8(bytes, payloadAt, checksumAt);
  const type = headers.get(':message-type');
  if (type === 'event') return { event: headers.get(':event-type') ?? '', data };
  if (type === 'exception') return { event: `${faultPrefix}${headers.get(':exception-type') ?? ''}`, data };
  // An error has no payload.
  const message = headers.get(':error-message') ?? '';
  if (type === 'error')
    return { event: `${faultPrefix}${headers.get(':error-code') ?? ''}`, data: JSON.stringify({ message }) };
  throw new ReplyFault('a message of the event stream has no known type');
}

/** Those with a text as value; all that say what a message is are texts. */
function readHeaders(bytes: Uint8Array, from: number, to: number): Map<string, string> {
  const headers = new Map<string, string>();
  let at = from;
  while (at < to) {
    const nameEnd = at + 1 + bytes[at]!;
    const type = nameEnd < to ? bytes[nameEnd]! : 255;
    const told = valueLengths[type];
    const valueAt = nameEnd + (told === -1 ? 3 : 1);
    const valueEnd = valueAt + (told === -1 ? (bytes[nameEnd + 1]! << 8) | bytes[nameEnd + 2]! : (told ?? 0));
    if (told === undefined || valueEnd > to)
      throw new ReplyFault('a header of the event stream can not be read');
    if (type === stringType)
      headers.set(decodeUtf8(bytes, at + 1, nameEnd), decodeUtf8(bytes, valueAt, valueEnd));
    at = valueEnd;
  }
  return headers;
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
