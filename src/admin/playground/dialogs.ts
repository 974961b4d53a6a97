/** A chat in the three dialects that SDKs speak: how it is asked, and what is read out of the answer. */

import type { Fields } from '../../core/llm/fields.ts';
import type { Format } from '../../core/llm/format.ts';
import { anthropicMessages } from '../../core/llm/formats/anthropic-messages/index.ts';
import { openaiChat } from '../../core/llm/formats/openai-chat/index.ts';
import { openaiResponses } from '../../core/llm/formats/openai-responses/index.ts';
import type { CanonicalRequest, StreamEvent } from '../../core/llm/model.ts';
import type { ChatApi } from './place.ts';

export interface Chat {
  model: string;
  system?: string;
  messages: { role: 'user' | 'assistant'; content: string }[];
  maxTokens?: number;
  temperature?: number;
  /** Default true. */
  stream?: boolean;
}

export const formats: Readonly<Record<ChatApi, Format>> = {
  Completions: openaiChat,
  Messages: anthropicMessages,
  Responses: openaiResponses,
};

/** Anthropic's API wants to be told a limit. */
const usualMaxTokens = 1_024;

export function bodyOf(api: ChatApi, chat: Chat): string {
  const { model, system, messages, maxTokens, temperature, stream = true } = chat;
  const limit = maxTokens ?? (api === 'Messages' ? usualMaxTokens : undefined);
  const request: CanonicalRequest = {
    model,
    system: system === undefined || system === '' ? [] : [{ type: 'text', text: system }],
    messages: messages.map(({ role, content }) => ({ role, parts: [{ type: 'text', text: content }] })),
    tools: [],
    stop: [],
    ...(limit === undefined ? {} : { maxTokens: limit }),
    ...(temperature === undefined ? {} : { temperature }),
    stream,
    includeUsage: true,
  };
  return JSON.stringify(formats[api].encodeRequest(request, []));
}

export function headersOf(api: ChatApi): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'tollgate-playground',
    ...(api === 'Messages' ? { 'anthropic-version': '2023-06-01' } : {}),
  };
}

/** Of a whole answer, the steps that it would have been streamed in. Throws where it makes no sense. */
export function eventsOf(api: ChatApi, body: string): StreamEvent[] {
  const { parts, finishReason } = formats[api].decodeResponse(JSON.parse(body) as Fields);
  const said = parts.flatMap((part): StreamEvent[] =>
    part.type === 'tool-call' ? [] : [{ type: part.type, text: part.text }],
  );
  return [...said, { type: 'finish', reason: finishReason }];
}

/** What a refusal says: the gateway's exact ones are plain text. */
export function messageOf(api: ChatApi, body: string): string {
  return body.startsWith('{') ? formats[api].decodeError(body).message : body;
}
