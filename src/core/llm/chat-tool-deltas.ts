/**
 * Calls of tools in a stream of chunks. By the reference a call's first piece has its index, id and name, and later pieces only the
 * index. Compatible servers also repeat the id, send it empty (DashScope), use one index for all calls (Gemini), count from
 * somewhere else than 0, leave out the index or the id, or tell the name later.
 */

import { argumentsText } from './chat-content.ts';
import type { Fields } from './fields.ts';
import type { StreamEvent } from './model.ts';

interface OpenCall {
  number: number;
  id: string;
  name: string;
  /** Arguments that came before the name. */
  held: string;
  started: boolean;
}

export class ToolDeltas {
  readonly #byIndex = new Map<unknown, OpenCall>();
  readonly #calls: OpenCall[] = [];

  get any(): boolean {
    return this.#calls.length > 0;
  }

  /** `answerId`: names calls that come without an id. */
  push(delta: Fields, answerId: string, events: StreamEvent[]): void {
    const definition = (delta['function'] ?? {}) as Fields;
    const id = textOf(delta['id']);
    const name = textOf(definition['name']);
    const call = this.#callOf(delta['index'], id, name);
    if (call.id === '') call.id = id;
    if (call.name === '') call.name = name;
    const text = argumentsText(definition['arguments']);
    if (call.name === '') {
      call.held += text;
      return;
    }
    if (!call.started) this.#start(call, answerId, events);
    if (text !== '') events.push({ type: 'tool-arguments', index: call.number, text });
  }

  #start(call: OpenCall, answerId: string, events: StreamEvent[]): void {
    call.started = true;
    if (call.id === '') call.id = `call_${answerId}_${call.number}`;
    events.push({ type: 'tool-start', index: call.number, id: call.id, name: call.name });
    if (call.held !== '') events.push({ type: 'tool-arguments', index: call.number, text: call.held });
    call.held = '';
  }

  #callOf(index: unknown, id: string, name: string): OpenCall {
    const known = typeof index === 'number' ? this.#byIndex.get(index) : this.#withoutIndex(id, name);
    const other = known !== undefined && id !== '' && known.id !== '' && known.id !== id;
    if (known !== undefined && !other) return known;
    const call = { number: this.#calls.length, id, name: '', held: '', started: false };
    this.#calls.push(call);
    this.#byIndex.set(index, call);
    return call;
  }

  /** A name begins a call; what has neither id nor name goes on with the last one. */
  #withoutIndex(id: string, name: string): OpenCall | undefined {
    if (id !== '') return this.#calls.find((call) => call.id === id);
    const last = this.#calls.at(-1);
    return name !== '' && last?.name !== '' ? undefined : last;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
