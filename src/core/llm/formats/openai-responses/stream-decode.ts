/** Responses stream events → canonical events. */
import { citationsOfOpenai } from '../../citations.ts';
import { eventObject } from '../../event-object.ts';
import type { Fields } from '../../fields.ts';
import type { StreamDecoder } from '../../format.ts';
import { logprobsOfOpenai } from '../../logprobs.ts';
import type { ErrorKind, StreamEvent } from '../../model.ts';
import type { SseEvent } from '../../sse.ts';
import { unsealThinking } from '../../thinking-seal.ts';
import type { Usage } from '../../usage.ts';
import { decodeItem, finishReasonOf } from './response.ts';
import { decodeUsage } from './usage.ts';

export function decodeStream(): StreamDecoder {
  return new ResponsesDecoder();
}

class ResponsesDecoder implements StreamDecoder {
  usage: Usage | undefined;
  model: string | undefined;
  #refused = false;
  /** Items of which pieces came, by output index. */
  readonly #told = new Set<number>();
  /** Characters of text so far; output index → those before it. */
  #said = 0;
  readonly #before = new Map<number, number>();
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
        return this.#itemDone(Number(body['output_index']), (body['item'] ?? {}) as Fields);
      case 'response.refusal.delta':
        this.#refused = true;
        return this.#text(body);
      case 'response.output_text.delta':
        return this.#text(body);
      case 'response.output_text.annotation.added':
        return this.#cited(body);
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
      case 'error': {
        const error = (body['error'] ?? body) as Fields;
        return [{ type: 'error', kind: kindOf(error['code']), message: messageOf(error) }];
      }
      default:
        return [];
    }
  }

  #text(body: Fields): StreamEvent[] {
    const index = Number(body['output_index']);
    if (!this.#told.has(index)) this.#before.set(index, this.#said);
    this.#told.add(index);
    const text = String(body['delta'] ?? '');
    this.#said += text.length;
    const logprobs = logprobsOfOpenai(body['logprobs']);
    return [{ type: 'text', text, ...(logprobs && { logprobs }) }];
  }

  #cited(body: Fields): StreamEvent[] {
    const before = this.#before.get(Number(body['output_index']));
    const cited = citationsOfOpenai([body['annotation']], before);
    return cited.map((citation) => ({ type: 'citation', citation }));
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
    this.#told.add(output);
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
    return [{ type: 'error', kind: kindOf(error['code']), message: messageOf(error) }];
  }

  /** What compatible servers tell at the end only is told now. */
  #itemDone(index: number, item: Fields): StreamEvent[] {
    if (item['type'] === 'reasoning') return signatureOf(item);
    if (item['type'] === 'message' && !this.#told.has(index)) {
      this.#told.add(index);
      return decodeItem(item).flatMap((part) => (part.type === 'text' ? [part] : []));
    }
    if (item['type'] !== 'function_call') return [];
    const begun = this.#tools.has(index) ? [] : this.#itemAdded(index, item);
    const text = String(item['arguments'] ?? '');
    const rest = this.#told.has(index) || text === '' ? [] : this.#arguments(index, text);
    return [...begun, ...rest];
  }
}

const kinds: Record<string, ErrorKind> = {
  rate_limit_exceeded: 'rate_limit',
  insufficient_quota: 'rate_limit',
  server_is_overloaded: 'overloaded',
  slow_down: 'overloaded',
  context_length_exceeded: 'invalid_request',
  invalid_prompt: 'invalid_request',
};

function kindOf(code: unknown): ErrorKind {
  return kinds[String(code)] ?? 'internal';
}

function signatureOf(item: Fields): StreamEvent[] {
  const { signature, redacted } = unsealThinking('', item['encrypted_content']);
  if (redacted !== undefined) return [{ type: 'thinking-redacted', data: redacted }];
  return signature === undefined ? [] : [{ type: 'thinking-signature', signature }];
}

function messageOf(error: unknown): string {
  const message = (error as Fields)['message'];
  return typeof message === 'string' ? message : 'the provider gave no reason';
}
