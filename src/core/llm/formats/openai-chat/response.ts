/** Whole chat completions. */

import { argumentsText, contentParts, reasoningOf, signedBlocks } from '../../chat-content.ts';
import { chatAnnotation, citationsBeside, citationsOfOpenai, isWeb } from '../../citations.ts';
import { asArray, asObject, type Fields } from '../../fields.ts';
import type { AnswerContext } from '../../format.ts';
import { logprobsIn, logprobsOfChoice, openaiLogprobs, withLogprobs } from '../../logprobs.ts';
import type { CanonicalResponse, FinishReason, ThinkingPart, ToolCallPart } from '../../model.ts';
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

/** `called`: several compatible servers say `stop` behind calls of tools, and clients would not make them. */
export function finishReasonFromWire(reason: unknown, called: boolean): FinishReason {
  const told = fromWire[String(reason)] ?? 'stop';
  return told === 'stop' && called ? 'tool-calls' : told;
}

export function encodeResponse(response: CanonicalResponse, usage: Usage, context: AnswerContext): string {
  const answers = [response, ...(response.others ?? [])];
  return JSON.stringify({
    id: response.id,
    object: 'chat.completion',
    created: context.nowSeconds,
    model: response.model,
    service_tier: response.serviceTier,
    choices: answers.map((answer, index) => encodeChoice(answer, index, context)),
    usage: encodeUsage(usage),
  });
}

function encodeChoice(response: CanonicalResponse, index: number, context: AnswerContext): Fields {
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
  if (response.speech !== undefined) {
    message['content'] = null;
    message['audio'] = spoken(response.id, context.nowSeconds, response.speech);
  }
  const cited = response.citations?.filter(isWeb) ?? [];
  if (cited.length > 0) message['annotations'] = cited.map(chatAnnotation);
  const thinking = response.parts.filter((part) => part.type === 'thinking');
  if (thinking.length > 0) {
    message['reasoning_content'] = thinking.map((part) => part.text).join('');
    message['thinking_blocks'] = thinking.map((part) =>
      part.redacted === undefined
        ? { type: 'thinking', thinking: part.text, signature: part.signature }
        : { type: 'redacted_thinking', data: part.redacted },
    );
  }
  const logprobs = logprobsIn(response.parts);
  return {
    index,
    message,
    logprobs: logprobs === undefined ? null : { content: openaiLogprobs(logprobs), refusal: null },
    finish_reason: finishReasonToWire(response.finishReason),
  };
}

export function decodeResponse(body: Fields): CanonicalResponse {
  try {
    const [first, ...rest] = asArray(body['choices'], 'choices');
    const others = rest.map((choice) => decodeChoice(asObject(choice, 'choices'), body));
    const answer = decodeChoice(asObject(first, 'choices[0]'), body);
    return others.length === 0 ? answer : { ...answer, others };
  } catch (error) {
    throw new ReplyFault((error as Error).message);
  }
}

function decodeChoice(choice: Fields, body: Fields): CanonicalResponse {
  const message = asObject(choice['message'], 'choices[0].message');
  const id = String(body['id'] ?? '');
  const parts: CanonicalResponse['parts'] = [...reasoningParts(message), ...contentParts(message['content'])];
  const { refusal } = message;
  if (typeof refusal === 'string' && refusal !== '') parts.push({ type: 'text', text: refusal });
  const calls = asArray(message['tool_calls'] ?? [], 'tool_calls').map((item, index) =>
    decodeCall(asObject(item, 'tool_calls'), `call_${id}_${index}`),
  );
  const cited = citationsOfOpenai(message['annotations']);
  const citations = cited.length > 0 ? cited : citationsBeside(body);
  const refused = typeof refusal === 'string' && refusal !== '';
  return {
    id,
    model: String(body['model'] ?? ''),
    parts: [...withLogprobs(parts, logprobsOfChoice(choice)), ...calls],
    finishReason: refused ? 'refusal' : finishReasonFromWire(choice['finish_reason'], calls.length > 0),
    ...(citations.length > 0 && { citations }),
    ...speechOf(message),
  };
}

/** It is not kept: a later turn can not name it. What was said in words, its provider does not tell. */
export function spoken(answerId: string, nowSeconds: number, data: string): Fields {
  return { id: `audio_${answerId}`, data, expires_at: nowSeconds, transcript: '' };
}

export function speechOf(message: Fields): { speech?: string } {
  const data = (message['audio'] as Fields | null | undefined)?.['data'];
  return typeof data === 'string' && data !== '' ? { speech: data } : {};
}

function reasoningParts(message: Fields): ThinkingPart[] {
  const signed = signedBlocks(message);
  const text = reasoningOf(message);
  return signed.length > 0 || text === '' ? signed : [{ type: 'thinking', text }];
}

function decodeCall(call: Fields, otherwise: string): ToolCallPart {
  const definition = asObject(call['function'], 'tool_calls.function');
  const id = typeof call['id'] === 'string' && call['id'] !== '' ? call['id'] : otherwise;
  const args = argumentsText(definition['arguments']);
  return { type: 'tool-call', id, name: String(definition['name']), arguments: args };
}
