/** Server-sent events, incrementally: any chunking of the text gives the same events (WHATWG HTML, section 9.2). */
import { ReplyFault } from './translate-contract.ts';

export interface SseEvent {
  /** '' when the event has no name. */
  event: string;
  data: string;
}

/** Characters one event may have; more is a provider gone wrong. */
const maxEventLength = 10 * 1024 * 1024;

export class SseParser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #length = 0;
  /** A chunk ended in CR: an LF at the start of the next one belongs to it. */
  #afterCr = false;

  /** Calls `onEvent` for each complete event in `text`; keeps what is incomplete. */
  push(text: string, onEvent: (event: SseEvent) => void): void {
    let input = this.#rest + text;
    if (input === '') return;
    if (this.#afterCr && input.startsWith('\n')) input = input.slice(1);
    this.#afterCr = false;
    let at = 0;
    // Most providers send LF only: the scan for CR is then made once, not once a line.
    const hasCr = input.includes('\r');
    for (;;) {
      const end = hasCr ? lineEnd(input, at) : input.indexOf('\n', at);
      if (end < 0) break;
      this.#line(input, at, end, onEvent);
      at = end + 1;
      if (input.charCodeAt(end) === 13) {
        if (at === input.length) this.#afterCr = true;
        else if (input.charCodeAt(at) === 10) at++;
      }
    }
    this.#rest = input.slice(at);
    if (this.#rest.length + this.#length > maxEventLength)
      throw new ReplyFault('an event of the stream is too large');
  }

  #line(input: string, from: number, end: number, onEvent: (event: SseEvent) => void): void {
    if (from === end) {
      this.#dispatch(onEvent);
      return;
    }
    const colon = input.indexOf(':', from);
    const nameEnd = colon < 0 || colon > end ? end : colon;
    const valueFrom = input.charCodeAt(nameEnd + 1) === space ? nameEnd + 2 : nameEnd + 1;
    if (nameEnd - from === 4 && input.startsWith('data', from)) {
      const value = input.slice(Math.min(valueFrom, end), end);
      this.#data.push(value);
      this.#length += value.length;
    } else if (nameEnd - from === 5 && input.startsWith('event', from)) {
      this.#event = input.slice(Math.min(valueFrom, end), end);
    }
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

const space = 32;

function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  const cr = text.indexOf('\r', from);
  if (cr < 0) return lf;
  return lf < 0 || cr < lf ? cr : lf;
}

export function sseData(data: string): string {
  return `data: ${data}\n\n`;
}

export function sseEvent(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
