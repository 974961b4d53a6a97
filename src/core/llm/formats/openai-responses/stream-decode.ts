/** Responses stream events → canonical events. */
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import type { StreamEvent } from '../../model.ts';
import type { SseEvent } from '../../sse.ts';
import { unsealThinking } from '../../thinking-seal.ts';
import type { Usage } from '../../usage.ts';
import { finishReasonOf } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(): StreamDecoder {
  return new ResponsesDecoder();
}

class ResponsesDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  #refused = false;
  /** Output index → number of the tool call. */
  readonly #tools = new Map<number, number>();

  push(event: SseEvent): StreamEvent[] {
    // Some compatible servers end their streams as chat completions do; the answer was complete before.
    if (event.data === '[DONE]') return [];
    const body = eventObject(event.data);
    switch (body['type']) {
      case 'response.created':
        return this.#start((body['response'] ?? {}) as Fields);
      case 'response.output_item.added':
        return this.#itemAdded(Number(body['output_index']), (body['item'] ?? {}) as Fields);
      case 'response.output_item.done':
        return itemDone((body['item'] ?? {}) as Fields);
      case 'response.refusal.delta':
        this.#refused = true;
        return [{ type: 'text', text: String(body['delta'] ?? '') }];
      case 'response.output_text.delta':
        return [{ type: 'text', text: String(body['delta'] ?? '') }];
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return [{ type: 'thinking', text: String(body['delta'] ?? '') }];
      case 'response.reasoning_summary_part.added':
        return Number(body['summary_index']) > 0 ? [{ type: 'thinking', text: '\n\n' }] : [];
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#arguments(Number(body['output_index']), String(body['delta'] ?? ''));
      case 'response.completed':
      case 'response.incomplete':
        return this.#end((body['response'] ?? {}) as Fields);
      case 'response.failed':
        return this.#failed((body['response'] ?? {}) as Fields);
      case 'error':
        return [{ type: 'error', kind: 'internal', message: messageOf(body['error'] ?? body) }];
      default:
        return [];
    }
  }

  #start(response: Fields): StreamEvent[] {
    this.model = String(response['model'] ?? '');
    return [{ type: 'start', id: String(response['id'] ?? ''), model: this.model }];
  }

  #itemAdded(index: number, item: Fields): StreamEvent[] {
    if (item['type'] !== 'function_call' && item['type'] !== 'custom_tool_call') return [];
    const tool = this.#tools.size;
    this.#tools.set(index, tool);
    return [{ type: 'tool-start', index: tool, id: String(item['call_id']), name: String(item['name']) }];
  }

  #arguments(output: number, text: string): StreamEvent[] {
    const index = this.#tools.get(output);
    return index === undefined ? [] : [{ type: 'tool-arguments', index, text }];
  }

  #end(response: Fields): StreamEvent[] {
    this.usage = decodeUsage(response) ?? this.usage;
    const reason = finishReasonOf(response, this.#refused, this.#tools.size > 0);
    return [{ type: 'finish', reason }, { type: 'end' }];
  }

  #failed(response: Fields): StreamEvent[] {
    this.usage = decodeUsage(response) ?? this.usage;
    const error = (response['error'] ?? {}) as Fields;
    const kind = error['code'] === 'rate_limit_exceeded' ? 'rate_limit' : 'internal';
    return [{ type: 'error', kind, message: messageOf(error) }];
  }
}

function itemDone(item: Fields): StreamEvent[] {
  if (item['type'] !== 'reasoning') return [];
  const { signature, redacted } = unsealThinking('', item['encrypted_content']);
  if (redacted !== undefined) return [{ type: 'thinking-redacted', data: redacted }];
  return signature === undefined ? [] : [{ type: 'thinking-signature', signature }];
}

function messageOf(error: unknown): string {
  const message = (error as Fields)['message'];
  return typeof message === 'string' ? message : 'the provider gave no reason';
}
