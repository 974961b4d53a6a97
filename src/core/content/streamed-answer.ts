/**
 * A streamed answer put together again from the events that the client was sent, whatever dialect they are in. What was told piece by
 * piece is not taken again from where a dialect repeats it whole: the pieces are what went out.
 */
import { answerTurns } from './answer-turns.ts';
import type { TextualPart, Turn } from './model.ts';
import { isObject, type Json, objectsIn, partOf, textPart } from './parts.ts';
import { contentsOf } from './request-turns.ts';

export class StreamedAnswer {
  readonly #turns = new Map<string, { role: string; parts: Map<string, Turn['parts']> }>();

  /** Items of OpenAI's responses of which pieces have told something. */
  readonly #items = new Set<string>();

  push(event: Json): void {
    const { type } = event;
    const name = typeof type === 'string' ? type : '';
    if (Array.isArray(event['choices']))
      for (const choice of objectsIn(event['choices'])) this.#choice(choice);
    else if (Array.isArray(event['candidates']))
      for (const candidate of objectsIn(event['candidates'])) this.#candidate(candidate);
    else if (name.startsWith('content_block_')) this.#block(event, name);
    else if (/^(response|transcript|image_generation|image_edit)\./.test(name)) this.#item(event, name);
    else this.#converse(event);
  }

  turns(): Turn[] {
    return [...this.#turns.values()]
      .map(({ role, parts }) => ({ role, parts: [...parts.values()].flat() }))
      .filter(({ parts }) => parts.length > 0);
  }

  #choice(choice: Json): void {
    const turn = `${choice['index'] ?? 0}`;
    this.#add(turn, 'text', 'text', choice['text']);
    const delta = isObject(choice['delta']) ? choice['delta'] : choice['message'];
    if (!isObject(delta)) return;
    this.#add(turn, 'reasoning', 'reasoning', delta['reasoning_content'] ?? delta['reasoning']);
    this.#add(turn, 'content', 'text', delta['content']);
    this.#add(turn, 'refusal', 'text', delta['refusal']);
    for (const [place, call] of objectsIn(delta['tool_calls']).entries()) {
      const called = isObject(call['function']) ? call['function'] : call['custom'];
      if (!isObject(called)) continue;
      const at = `call ${call['index'] ?? place}`;
      this.#add(turn, at, 'toolCall', called['arguments'] ?? called['input'] ?? '', called['name']);
    }
  }

  /** A part of its own for each kind that follows another. */
  #candidate(candidate: Json): void {
    const turn = `${candidate['index'] ?? 0}`;
    const all = this.#partsOf(turn, 'model');
    for (const { parts } of contentsOf(candidate['content'])) {
      for (const part of parts) {
        const last = all.get(`${all.size - 1}`)?.[0];
        if (part.type === last?.type && (part.type === 'text' || part.type === 'reasoning'))
          (last as TextualPart).text += part.text;
        else all.set(`${all.size}`, [part]);
      }
    }
  }

  #block(event: Json, name: string): void {
    const at = `${event['index']}`;
    const { content_block: block, delta } = event;
    if (name === 'content_block_start' && isObject(block)) {
      // What a call is made with follows; here it is an empty object.
      const called = /tool_use$/.test(String(block['type']));
      this.#put('', at, called ? textPart('toolCall', '', block['name']) : partOf(block));
    }
    if (name !== 'content_block_delta' || !isObject(delta)) return;
    this.#add('', at, 'text', delta['text']);
    this.#add('', at, 'reasoning', delta['thinking']);
    this.#add('', at, 'toolCall', delta['partial_json']);
  }

  #item(event: Json, name: string): void {
    const at = `${event['output_index'] ?? 0}`;
    const { item, delta } = event;
    if (name === 'response.output_item.added' && isObject(item) && /_call$/.test(String(item['type']))) {
      this.#items.add(at);
      this.#put('', `${at} call`, textPart('toolCall', '', item['name'] ?? item['type']));
    }
    if (name === 'response.output_item.done' && isObject(item)) this.#itemDone(at, item);
    if (/^image_(generation|edit)\.completed$/.test(name)) this.#put('', at, partOf({ ...event, type: '' }));
    if (typeof delta !== 'string' || delta === '') return;
    this.#items.add(at);
    if (/reasoning.*\.delta$/.test(name)) this.#add('', `${at} reasoning`, 'reasoning', delta);
    else if (/(arguments|input|code)\.delta$/.test(name)) this.#add('', `${at} call`, 'toolCall', delta);
    else if (/(text|refusal)\.delta$/.test(name))
      this.#add('', `${at} ${event['content_index']}`, 'text', delta);
  }

  /** Only what no piece has told: a call's arguments, items that come whole. */
  #itemDone(at: string, item: Json): void {
    const begun = this.#partsOf('').get(`${at} call`)?.[0];
    if (!this.#items.has(at)) {
      const [only] = answerTurns({ output: [item] });
      this.#put('', `${at} item`, only?.parts ?? []);
    } else if (begun?.type === 'toolCall' && begun.text === '') this.#put('', `${at} call`, partOf(item));
  }

  /** Bedrock's own events: the names of their types are beside their JSON, their members tell enough. */
  #converse(event: Json): void {
    const at = `${event['contentBlockIndex']}`;
    const { start, delta } = event;
    if (isObject(start) && isObject(start['toolUse']))
      this.#put('', at, textPart('toolCall', '', start['toolUse']['name']));
    if (!isObject(delta)) return;
    this.#add('', at, 'text', delta['text']);
    if (isObject(delta['toolUse'])) this.#add('', at, 'toolCall', delta['toolUse']['input']);
    if (isObject(delta['reasoningContent']))
      this.#add('', at, 'reasoning', delta['reasoningContent']['text']);
  }

  #add(turn: string, at: string, type: TextualPart['type'], text: unknown, name?: unknown): void {
    if (typeof text !== 'string') return;
    const [begun] = this.#partsOf(turn).get(at) ?? [];
    if (begun !== undefined && 'text' in begun) {
      begun.text += text;
      if (begun.name === undefined && typeof name === 'string') begun.name = name.slice(0, 200);
    } else this.#put(turn, at, textPart(type, text, name));
  }

  #put(turn: string, at: string, parts: Turn['parts'], role?: string): void {
    if (parts.length > 0) this.#partsOf(turn, role).set(at, parts);
  }

  #partsOf(turn: string, role = 'assistant'): Map<string, Turn['parts']> {
    let found = this.#turns.get(turn);
    if (found === undefined) {
      found = { role, parts: new Map() };
      this.#turns.set(turn, found);
    }
    return found.parts;
  }
}
