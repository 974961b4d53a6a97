/** Whole chat completions. */
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { AnswerContext } from '../../format.ts';
import type { CanonicalResponse, FinishReason } from '../../model.ts';
import { ReplyFault } from '../../translate-contract.ts';
import type { Usage } from '../../usage.ts';
import { encodeUsage } from './usage.ts';

const toWire: Record<FinishReason, string> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  pause: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  refusal: 'content_filter',
};
const fromWire: Record<string, FinishReason> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'refusal',
};

export function finishReasonToWire(reason: FinishReason): string {
  return toWire[reason];
}

export function finishReasonFromWire(reason: unknown): FinishReason {
  return fromWire[String(reason)] ?? 'stop';
}

export function encodeResponse(response: CanonicalResponse, usage: Usage, context: AnswerContext): string {
  const text = response.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const calls = response.parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  const message: Fields = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
  };
  if (calls.length > 0) message['tool_calls'] = calls;
  const thinking = response.parts.filter((part) => part.type === 'thinking');
  if (thinking.length > 0) {
    message['reasoning_content'] = thinking.map((part) => part.text).join('');
    message['thinking_blocks'] = thinking.map((part) =>
      part.redacted === undefined
        ? { type: 'thinking', thinking: part.text, signature: part.signature }
        : { type: 'redacted_thinking', data: part.redacted },
    );
  }
  return JSON.stringify({
    id: response.id,
    object: 'chat.completion',
    created: context.nowSeconds,
    model: response.model,
    service_tier: response.serviceTier,
    choices: [
      { index: 0, message, logprobs: null, finish_reason: finishReasonToWire(response.finishReason) },
    ],
    usage: encodeUsage(usage),
  });
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    const choice = asObject(asArray(body['choices'], 'choices')[0], 'choices[0]');
    const message = asObject(choice['message'], 'choices[0].message');
    const parts: CanonicalResponse['parts'] = [];
    const text = message['content'] ?? message['refusal'];
    if (typeof text === 'string' && text !== '') parts.push({ type: 'text', text });
    for (const item of asArray(message['tool_calls'] ?? [], 'tool_calls')) {
      const call = asObject(item, 'tool_calls');
      const definition = asObject(call['function'], 'tool_calls.function');
      parts.push({
        type: 'tool-call',
        id: String(call['id']),
        name: String(definition['name']),
        arguments: String(definition['arguments']),
      });
    }
    const refused = typeof message['refusal'] === 'string';
    return {
      id: String(body['id'] ?? ''),
      model: String(body['model'] ?? ''),
      parts,
      finishReason: refused ? 'refusal' : finishReasonFromWire(choice['finish_reason']),
    };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}
