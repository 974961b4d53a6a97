/** Chat completion chunks → canonical events. */

import { contentParts, reasoningOf, signedBlocks } from '../../chat-content.ts';
import { ToolDeltas } from '../../chat-tool-deltas.ts';
import { citationsBeside, citationsOfOpenai } from '../../citations.ts';
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import { logprobsOfChoice } from '../../logprobs.ts';
import type { Citation, StreamEvent } from '../../model.ts';
import { OtherAnswers } from '../../several-answers.ts';
import type { SseEvent } from '../../sse.ts';
import type { Usage } from '../../usage.ts';
import { decodeError } from './error.ts';
import { finishReasonFromWire, speechOf } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(answers = 1): StreamDecoder {
  return new ChunkDecoder(answers > 1 ? new OtherAnswers(decodeStream) : undefined);
}

/** Azure tells what its filters think of the prompt before the answer begins, in a chunk without id and choices. */
function isPreface(chunk: Fields): boolean {
  return !chunk['id'] && !(chunk['choices'] as unknown[] | undefined)?.length;
}

/** Older vLLM marks errors by the object's name; others have the member in every chunk, null as a rule. */
function isError(chunk: Fields): boolean {
  return (chunk['error'] !== undefined && chunk['error'] !== null) || chunk['object'] === 'error';
}

function choicesOf(chunk: Fields): Fields[] | undefined {
  return chunk['choices'] as Fields[] | undefined;
}

class ChunkDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  #id = '';
  #started = false;
  #finished = false;
  #ended = false;
  #refused = false;
  /** Of a list that comes with every chunk: told at the end. */
  #beside: Citation[] = [];
  readonly #tools = new ToolDeltas();
  /** There where more than one answer was asked for. */
  readonly #others: OtherAnswers | undefined;

  constructor(others: OtherAnswers | undefined) {
    this.#others = others;
  }

  push(event: SseEvent): StreamEvent[] {
    if (event.data === '[DONE]') return this.#end();
    const chunk = eventObject(event.data);
    if (isError(chunk)) {
      const { kind, message } = decodeError(event.data);
      return [{ type: 'error', kind: kind ?? 'internal', message }];
    }
    this.usage = decodeUsage(chunk) ?? this.usage;
    const events: StreamEvent[] = [];
    if (!this.#started && isPreface(chunk)) return events;
    if (!this.#started) {
      this.#started = true;
      this.#id = String(chunk['id'] ?? '');
      this.model = String(chunk['model'] ?? '');
      events.push({ type: 'start', id: this.#id, model: this.model });
    }
    const choice =
      this.#others === undefined ? choicesOf(chunk)?.[0] : this.#own(chunk, this.#others, events);
    if (this.#beside.length === 0 && !this.#finished) this.#beside = citationsBeside(chunk);
    if (choice !== undefined) this.#choice(choice, events);
    return events;
  }

  /** The choice of the first answer, after what the chunk has of the others. */
  #own(chunk: Fields, others: OtherAnswers, events: StreamEvent[]): Fields | undefined {
    let own: Fields | undefined;
    for (const choice of choicesOf(chunk) ?? []) {
      const answer = Number(choice['index'] ?? 0);
      if (answer === 0) own = choice;
      else events.push(...others.push(answer, { ...chunk, choices: [choice] }));
    }
    return own;
  }

  /** Not every compatible server sends `[DONE]`: with a reason for its end an answer is complete. */
  close(): StreamEvent[] {
    return this.#finished ? this.#end() : [];
  }

  #end(): StreamEvent[] {
    if (this.#ended) return [];
    this.#ended = true;
    return [{ type: 'end' }];
  }

  #choice(choice: Fields, events: StreamEvent[]): void {
    const delta = (choice['delta'] ?? {}) as Fields;
    const thinking = reasoningOf(delta);
    if (thinking !== '') events.push({ type: 'thinking', text: thinking });
    if (delta['thinking_blocks'] !== undefined) pushSigned(delta, events);
    const { content, refusal } = delta;
    const logprobs = choice['logprobs'] ? logprobsOfChoice(choice) : undefined;
    if (logprobs !== undefined)
      events.push({ type: 'text', text: String(content ?? refusal ?? ''), logprobs });
    else if (typeof content === 'string') {
      if (content !== '') events.push({ type: 'text', text: content });
    } else for (const { type, text } of contentParts(content)) events.push({ type, text });
    if (typeof refusal === 'string' && refusal !== '') {
      this.#refused = true;
      if (logprobs === undefined) events.push({ type: 'text', text: refusal });
    }
    if (delta['audio'] !== undefined) {
      const { speech } = speechOf(delta);
      if (speech !== undefined) events.push({ type: 'speech', data: speech });
    }
    if (delta['annotations'] !== undefined)
      for (const citation of citationsOfOpenai(delta['annotations'])) {
        this.#beside = [];
        events.push({ type: 'citation', citation });
      }
    for (const call of (delta['tool_calls'] ?? []) as Fields[]) this.#tools.push(call, this.#id, events);
    this.#finish(choice['finish_reason'], events);
  }

  /** Some servers send an empty reason with every chunk, or the reason again with the report of usage. */
  #finish(reason: unknown, events: StreamEvent[]): void {
    if (typeof reason !== 'string' || reason === '' || this.#finished) return;
    this.#finished = true;
    for (const citation of this.#beside) events.push({ type: 'citation', citation });
    const told = finishReasonFromWire(reason, this.#tools.any);
    events.push({ type: 'finish', reason: this.#refused && told === 'stop' ? 'refusal' : told });
  }
}

function pushSigned(delta: Fields, events: StreamEvent[]): void {
  for (const { redacted, signature } of signedBlocks(delta)) {
    if (redacted !== undefined) events.push({ type: 'thinking-redacted', data: redacted });
    else if (signature !== undefined) events.push({ type: 'thinking-signature', signature });
  }
}
