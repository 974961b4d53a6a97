/** Events of ConverseStream → canonical events. */
import { decodeAwsError } from '../../aws-errors.ts';
import { citationsOfBedrock } from '../../citations-bedrock.ts';
import { eventObject } from '../../event-object.ts';
import { faultPrefix } from '../../event-stream.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import type { StreamEvent } from '../../model.ts';
import type { SseEvent } from '../../sse.ts';
import type { Usage } from '../../usage.ts';
import { finishReasonFromWire, stopSequenceOf } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(): StreamDecoder {
  return new ConverseDecoder();
}

class ConverseDecoder implements StreamDecoder {
  usage: Usage | undefined;
  /** Never told. */
  readonly model = undefined;
  /** Content block index → number of the tool call. */
  readonly #tools = new Map<number, number>();
  /** Characters of text so far, and before the open block. */
  #said = 0;
  #before = 0;
  /** Of the open block: they stand for all of it, so that its end must be known. */
  #cited: unknown[] = [];
  #finished = false;
  #ended = false;

  push(event: SseEvent): StreamEvent[] {
    if (event.event.startsWith(faultPrefix)) {
      const { kind = 'internal', message } = decodeAwsError(
        event.data,
        event.event.slice(faultPrefix.length),
      );
      return [{ type: 'error', kind, message }];
    }
    const body = eventObject(event.data);
    switch (event.event) {
      case 'messageStart':
        return [{ type: 'start', id: '', model: '' }];
      case 'contentBlockStart':
        return this.#blockStart(Number(body['contentBlockIndex']), (body['start'] ?? {}) as Fields);
      case 'contentBlockDelta':
        return this.#delta(Number(body['contentBlockIndex']), (body['delta'] ?? {}) as Fields);
      case 'contentBlockStop':
        return [...this.#citations(), { type: 'block-end' }];
      case 'messageStop':
        this.#finished = true;
        return [
          ...this.#citations(),
          {
            type: 'finish',
            reason: finishReasonFromWire(body['stopReason']),
            stopSequence: stopSequenceOf(body),
          },
        ];
      case 'metadata':
        this.usage = decodeUsage(body) ?? this.usage;
        return this.close();
      default:
        return [];
    }
  }

  /** The report of usage is the last event; a stream that ends without it is complete where the reason for its end was told. */
  close(): StreamEvent[] {
    if (!this.#finished || this.#ended) return [];
    this.#ended = true;
    return [{ type: 'end' }];
  }

  #citations(): StreamEvent[] {
    const range = { start: this.#before, end: this.#said };
    const cited = this.#cited.length === 0 ? [] : citationsOfBedrock(this.#cited, range);
    this.#cited = [];
    this.#before = this.#said;
    return cited.map((citation) => ({ type: 'citation', citation }));
  }

  #blockStart(index: number, start: Fields): StreamEvent[] {
    const call = start['toolUse'] as Fields | undefined;
    if (call === undefined) return [];
    const tool = this.#tools.size;
    this.#tools.set(index, tool);
    return [{ type: 'tool-start', index: tool, id: String(call['toolUseId']), name: String(call['name']) }];
  }

  #delta(index: number, delta: Fields): StreamEvent[] {
    if (typeof delta['text'] === 'string') {
      this.#said += delta['text'].length;
      return [{ type: 'text', text: delta['text'] }];
    }
    if (delta['citation'] !== undefined) {
      this.#cited.push(delta['citation']);
      return [];
    }
    const call = delta['toolUse'] as Fields | undefined;
    const tool = this.#tools.get(index);
    if (call !== undefined)
      return tool === undefined
        ? []
        : [{ type: 'tool-arguments', index: tool, text: String(call['input'] ?? '') }];
    const reasoning = (delta['reasoningContent'] ?? {}) as Fields;
    if (typeof reasoning['text'] === 'string') return [{ type: 'thinking', text: reasoning['text'] }];
    if (typeof reasoning['signature'] === 'string')
      return [{ type: 'thinking-signature', signature: reasoning['signature'] }];
    if (typeof reasoning['redactedContent'] === 'string')
      return [{ type: 'thinking-redacted', data: reasoning['redactedContent'] }];
    return [];
  }
}
