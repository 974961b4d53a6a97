/** Messages stream events → canonical events. */
import { citationsOfAnthropic } from '../../citations.ts';
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import type { StreamEvent } from '../../model.ts';
import type { SseEvent } from '../../sse.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { decodeError } from './error.ts';
import { finishReasonFromWire } from './response.ts';
import { mergeUsage } from './usage.ts';

export function decodeStream(): StreamDecoder {
  return new MessagesDecoder();
}

class MessagesDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  /** Content block index → number of the tool call. */
  readonly #tools = new Map<number, number>();
  readonly #begun = new Set<number>();
  /** Arguments that came whole with their block, until pieces of them come too. */
  readonly #inputs = new Map<number, unknown>();
  /** Characters of text so far, and before the open block. */
  #said = 0;
  #before = 0;
  /** Of the open block: they stand for all of it, so that its end must be known. */
  #cited: unknown[] = [];

  push(event: SseEvent): StreamEvent[] {
    const text = plainTextDelta.exec(event.data)?.[1];
    if (text !== undefined) return this.#text(text);
    const body = eventObject(event.data);
    switch (body['type']) {
      case 'message_start':
        return this.#start((body['message'] ?? {}) as Fields);
      case 'content_block_start':
        return this.#blockStart(Number(body['index']), (body['content_block'] ?? {}) as Fields);
      case 'content_block_stop':
        return this.#blockStop(Number(body['index']));
      case 'content_block_delta':
        return this.#delta(Number(body['index']), (body['delta'] ?? {}) as Fields);
      case 'message_delta':
        return this.#messageDelta(body);
      case 'message_stop':
        return [{ type: 'end' }];
      case 'ping':
        return [{ type: 'ping' }];
      case 'error': {
        const { kind, message } = decodeError(event.data);
        return [{ type: 'error', kind: kind ?? 'internal', message }];
      }
      default:
        // New event types may come at any time (API reference: versioning); they carry nothing we know.
        return [];
    }
  }

  #text(text: string): StreamEvent[] {
    this.#said += text.length;
    return [{ type: 'text', text }];
  }

  #citations(): StreamEvent[] {
    if (this.#cited.length === 0) return [];
    const cited = citationsOfAnthropic(this.#cited, { start: this.#before, end: this.#said });
    this.#cited = [];
    return cited.map((citation) => ({ type: 'citation', citation }));
  }

  #start(message: Fields): StreamEvent[] {
    this.usage = mergeUsage(this.usage, message['usage'] as Fields);
    this.model = String(message['model'] ?? '');
    const tier = (message['usage'] as Fields | undefined)?.['service_tier'];
    const serviceTier = typeof tier === 'string' ? tier : undefined;
    return [{ type: 'start', id: String(message['id'] ?? ''), model: this.model, serviceTier }];
  }

  /** Anthropic's blocks begin empty; those of compatible servers may begin with words, or be whole. */
  #blockStart(index: number, block: Fields): StreamEvent[] {
    const { type, text, thinking } = block;
    this.#begun.add(index);
    this.#before = this.#said;
    if (type === 'redacted_thinking')
      return [{ type: 'thinking-redacted', data: String(block['data'] ?? '') }];
    if (type === 'text' && typeof text === 'string' && text !== '') return this.#text(text);
    if (type === 'thinking' && typeof thinking === 'string' && thinking !== '')
      return [{ type: 'thinking', text: thinking }];
    if (type !== 'tool_use') return [];
    const tool = this.#tools.size;
    this.#tools.set(index, tool);
    if (Object.keys((block['input'] ?? {}) as Fields).length > 0) this.#inputs.set(index, block['input']);
    return [{ type: 'tool-start', index: tool, id: String(block['id']), name: String(block['name']) }];
  }

  #blockStop(index: number): StreamEvent[] {
    const tool = this.#tools.get(index);
    const input = this.#inputs.get(index);
    if (tool === undefined || input === undefined) return this.#citations();
    return [{ type: 'tool-arguments', index: tool, text: JSON.stringify(input) }];
  }

  #delta(index: number, delta: Fields): StreamEvent[] {
    switch (delta['type']) {
      case 'text_delta':
        return this.#text(String(delta['text'] ?? ''));
      case 'input_json_delta': {
        const tool = this.#tools.get(index);
        // Whose arguments they are nobody could say.
        if (!this.#begun.has(index))
          throw new ReplyFault('the stream goes on with a call that has not begun');
        this.#inputs.delete(index);
        return tool === undefined
          ? []
          : [{ type: 'tool-arguments', index: tool, text: String(delta['partial_json'] ?? '') }];
      }
      case 'thinking_delta':
        return [{ type: 'thinking', text: String(delta['thinking'] ?? '') }];
      case 'citations_delta':
        this.#cited.push(delta['citation']);
        return [];
      case 'signature_delta':
        return [{ type: 'thinking-signature', signature: String(delta['signature'] ?? '') }];
      default:
        return [];
    }
  }

  #messageDelta(body: Fields): StreamEvent[] {
    this.usage = mergeUsage(this.usage, body['usage'] as Fields);
    const delta = (body['delta'] ?? {}) as Fields;
    if (typeof delta['stop_reason'] !== 'string') return [];
    const stopSequence = typeof delta['stop_sequence'] === 'string' ? delta['stop_sequence'] : undefined;
    return [
      ...this.#citations(),
      { type: 'finish', reason: finishReasonFromWire(delta['stop_reason']), stopSequence },
    ];
  }
}

/** Nearly every event is this one, text without escapes: it is read without the JSON parser, at a third of its cost. */
const plainTextDelta =
  /^\{"type":"content_block_delta","index":\d+,"delta":\{"type":"text_delta","text":"([^"\\\p{Cc}]*)"\} *\}$/u;
