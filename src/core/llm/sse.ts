/** Server-sent events, incrementally: any chunking of the text gives the same events (WHATWG HTML, section 9.2). */
import { ReplyFault } from './translate-contract.ts';

export interface SseEvent {
  /** '' when the event has no name. */
  event: string;
  data: string;
}

/** Characters one event may have; more is a provider gone wrong. */
const maxEventLength = 10 * 1024 * 1024;

/** Each character is looked at once, however the text is cut: an incomplete line waits in pieces that nobody searches again. */
export class SseParser {
  #pieces: string[] = [];
  #event = '';
  #data: string[] = [];
  /** Characters of the event so far, its incomplete line among them. */
  #length = 0;
  /** A chunk ended in CR: an LF at the start of the next one belongs to it. */
  #afterCr = false;

  /**
   * Calls `onEvent` for each complete event in `text`; keeps what is incomplete. `onComment` gets the comments, which providers send
   * to keep a connection open.
   */
  push(text: string, onEvent: (event: SseEvent) => void, onComment?: (text: string) => void): void {
    if (text === '') return;
    let at = this.#afterCr && text.charCodeAt(0) === lf ? 1 : 0;
    this.#afterCr = false;
    // Most providers send LF only: the scan for CR is then made once, not once a line.
    const hasCr = text.includes('\r');
    for (;;) {
      const end = hasCr ? lineEnd(text, at) : text.indexOf('\n', at);
      if (end < 0) break;
      if (this.#pieces.length === 0) this.#line(text, at, end, onEvent, onComment);
      else this.#joined(text.slice(at, end), onEvent, onComment);
      at = end + 1;
      if (text.charCodeAt(end) === cr) {
        if (at === text.length) this.#afterCr = true;
        else if (text.charCodeAt(at) === lf) at++;
      }
    }
    if (at < text.length) this.#hold(text.slice(at));
  }

  #hold(piece: string): void {
    this.#pieces.push(piece);
    this.#grow(piece.length);
  }

  #joined(
    last: string,
    onEvent: (event: SseEvent) => void,
    onComment: ((text: string) => void) | undefined,
  ): void {
    this.#pieces.push(last);
    const line = this.#pieces.join('');
    this.#length -= line.length - last.length;
    this.#pieces = [];
    this.#line(line, 0, line.length, onEvent, onComment);
  }

  #line(
    text: string,
    from: number,
    end: number,
    onEvent: (event: SseEvent) => void,
    onComment: ((text: string) => void) | undefined,
  ): void {
    if (from === end) this.#dispatch(onEvent);
    else if (text.charCodeAt(from) === colon) onComment?.(text.slice(from + 1, end));
    else if (isField(text, 'data', from, end)) {
      const value = text.slice(valueStart(text, from + 4, end), end);
      this.#data.push(value);
      this.#grow(value.length);
    } else if (isField(text, 'event', from, end)) {
      this.#event = text.slice(valueStart(text, from + 5, end), end);
    }
  }

  #grow(by: number): void {
    this.#length += by;
    if (this.#length > maxEventLength) throw new ReplyFault('an event of the stream is too large');
  }

  #dispatch(onEvent: (event: SseEvent) => void): void {
    if (this.#data.length > 0) {
      const data = this.#data.length === 1 ? this.#data[0]! : this.#data.join('\n');
      onEvent({ event: this.#event, data });
      this.#data = [];
    }
    this.#event = '';
    this.#length = 0;
  }
}

const lf = 10;
const cr = 13;
const space = 32;
const colon = 58;

/** Names stand before a colon, or alone. */
function isField(text: string, name: string, from: number, end: number): boolean {
  const nameEnd = from + name.length;
  return (
    text.startsWith(name, from) && (nameEnd === end || (nameEnd < end && text.charCodeAt(nameEnd) === colon))
  );
}

/** Behind the colon, and one space where there is one. */
function valueStart(text: string, nameEnd: number, end: number): number {
  return Math.min(end, text.charCodeAt(nameEnd + 1) === space ? nameEnd + 2 : nameEnd + 1);
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  const end = newline < 0 ? text.length : newline;
  for (let at = from; at < end; at++) if (text.charCodeAt(at) === cr) return at;
  return newline;
}

export function sseData(data: string): string {
  return `data: ${data}\n\n`;
}

export function sseEvent(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
