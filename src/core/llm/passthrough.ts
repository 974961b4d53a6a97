/** `Passthrough`: method, path and body untouched; only the credential is swapped and usage read where it can be. */
import { isBinaryBody } from './binary-body.ts';
import { boundInputTokens } from './bound-input.ts';
import { estimateTokens } from './estimate.ts';
import type { Fields } from './fields.ts';
import type { Format } from './format.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { openaiChat } from './formats/openai-chat/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import { upstreamHeaders } from './headers.ts';
import { answersOf, givenLimits, maxTokensOf } from './output-limits.ts';
import type { Provider } from './provider.ts';
import { nativeStream } from './stream-native.ts';
import { estimatedUsage } from './translate-chat.ts';
import type { ClientCall, UpstreamCall } from './translate-contract.ts';
import { noUsage, type Usage } from './usage.ts';

export function translatePassthrough(call: ClientCall, provider: Provider, format: Format): UpstreamCall {
  const { target } = call;
  const estimatedInputTokens = estimateTokens(call.body);
  const body = tryParse(call.body);
  const headers = upstreamHeaders(target, provider, call.headers, 'Passthrough');
  headers['content-type'] = call.headers['content-type'] ?? 'application/json';
  return {
    method: call.method,
    url: `${target.origin}${(target.pathPrefix ?? '').replace(/\/+$/, '')}${call.pathAndQuery}`,
    headers,
    body: call.body,
    binary: isBinaryBody(call.routeType, call.headers['content-type'] ?? ''),
    streaming: body?.['stream'] === true,
    operation: 'passthrough',
    requestModel: typeof body?.['model'] === 'string' ? body['model'] : undefined,
    maxTokens: maxTokensOf(body ?? {}),
    maxTokensFields: givenLimits(body ?? {}),
    answers: answersOf(body ?? {}),
    boundInput: () => boundInputTokens(call.body),
    estimatedInputTokens,
    reply: {
      plain: (text, contentType) => ({
        contentType,
        body: text,
        usage: readUsage(text, estimatedInputTokens),
      }),
      error: (_status, text, contentType) => ({ contentType, body: text }),
      stream: () => nativeStream({ format, hideUsage: false, estimatedInputTokens }),
      // A file that is fetched, say: as with other answers that are not a model's, nothing was used.
      bytes: () => noUsage,
    },
  };
}

/** An answer that is not a model's (a list of files, say) reports no usage and has no `model`: it is not charged. */
function readUsage(text: string, estimatedInputTokens: number): Usage | undefined {
  const body = tryParse(text);
  if (body === undefined) return undefined;
  const responses = body['object'] === 'response' ? openaiResponses.decodeUsage(body) : undefined;
  const reported = responses ?? openaiChat.decodeUsage(body) ?? anthropicMessages.decodeUsage(body);
  if (reported !== undefined) return reported;
  const isAnswer = ['choices', 'content', 'output'].some((field) => Array.isArray(body[field]));
  return isAnswer ? estimatedUsage(text, estimatedInputTokens) : undefined;
}

function tryParse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}
