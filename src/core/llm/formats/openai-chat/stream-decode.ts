/** Chat completion chunks → canonical events. */
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import type { StreamEvent } from '../../model.ts';
import type { SseEvent } from '../../sse.ts';
import type { Usage } from '../../usage.ts';
import { decodeError } from './error.ts';
import { finishReasonFromWire } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(): StreamDecoder {
  return new ChunkDecoder();
}

/** Azure tells what its filters think of the prompt before the answer begins, in a chunk without id and choices. */
function isPreface(chunk: Fields): boolean {
  return !chunk['id'] && !(chunk['choices'] as unknown[] | undefined)?.length;
}

class ChunkDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  #started = false;

  push(event: SseEvent): StreamEvent[] {
    if (event.data === '[DONE]') return [{ type: 'end' }];
    const chunk = eventObject(event.data);
    if (chunk['error'] !== undefined) {
      const { kind, message } = decodeError(event.data);
      return [{ type: 'error', kind: kind ?? 'internal', message }];
    }
    this.usage = decodeUsage(chunk) ?? this.usage;
    const events: StreamEvent[] = [];
    if (!this.#started && isPreface(chunk)) return events;
    if (!this.#started) {
      this.#started = true;
      this.model = String(chunk['model'] ?? '');
      events.push({ type: 'start', id: String(chunk['id'] ?? ''), model: this.model });
    }
    const choice = (chunk['choices'] as Fields[] | undefined)?.[0];
    if (choice !== undefined) this.#choice(choice, events);
    return events;
  }

  #choice(choice: Fields, events: StreamEvent[]): void {
    const delta = (choice['delta'] ?? {}) as Fields;
    const thinking = delta['reasoning_content'] ?? delta['reasoning'];
    if (typeof thinking === 'string' && thinking !== '') events.push({ type: 'thinking', text: thinking });
    const text = delta['content'] ?? delta['refusal'];
    if (typeof text === 'string' && text !== '') events.push({ type: 'text', text });
    for (const call of (delta['tool_calls'] ?? []) as Fields[]) {
      const index = Number(call['index'] ?? 0);
      const definition = (call['function'] ?? {}) as Fields;
      if (typeof call['id'] === 'string') {
        events.push({ type: 'tool-start', index, id: call['id'], name: String(definition['name'] ?? '') });
      }
      const args = definition['arguments'];
      if (typeof args === 'string' && args !== '') events.push({ type: 'tool-arguments', index, text: args });
    }
    if (typeof choice['finish_reason'] === 'string') {
      events.push({ type: 'finish', reason: finishReasonFromWire(choice['finish_reason']) });
    }
  }
}
