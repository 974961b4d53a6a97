/** `Passthrough`: method, path and body untouched; only the credential is swapped and usage read where it can be. */
import type { ProviderTarget } from '../config/snapshot.ts';
import type { Api } from './api.ts';
import { isBinaryBody } from './binary-body.ts';
import { boundInputTokens } from './bound-input.ts';
import { estimateTokens } from './estimate.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { ProviderFormat } from './format.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { bedrockConverse } from './formats/bedrock-converse/index.ts';
import { geminiGenerate } from './formats/gemini-generate/index.ts';
import { openaiChat } from './formats/openai-chat/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import { upstreamHeaders } from './headers.ts';
import { patchObjectText } from './json-text.ts';
import { mentionsMedia } from './mentions-media.ts';
import { answersOf, givenLimits, limitFields, maxTokensOf } from './output-limits.ts';
import { type PathCall, readProviderPath } from './passthrough-path.ts';
import type { Provider } from './provider.ts';
import { nativeStream } from './stream-native.ts';
import { estimatedUsage } from './translate-chat.ts';
import type { ClientCall, UpstreamCall } from './translate-contract.ts';
import { noUsage, type Usage } from './usage.ts';

/** Undefined: what this call would use could not be read, so it is not passed through. */
export function translatePassthrough(call: ClientCall, provider: Provider): UpstreamCall | undefined {
  const { target } = call;
  const path = readProviderPath(call.pathAndQuery);
  const serving = (path && provider.forModel?.(path.model)) ?? provider;
  if (target.provider === 'bedrock' && !isReadable(path, serving)) return undefined;
  const changes = serving.passthroughMembers?.(path?.api, target) ?? {};
  const changed = Object.keys(changes).length > 0;
  const body = changed ? { ...fieldsOf(call), ...changes } : objectOf(call.body);
  const text = changed ? patched(call.body, changes) : call.body;
  const headers = upstreamHeaders(target, serving, call.headers, path?.api ?? 'Passthrough');
  headers['content-type'] = call.headers['content-type'] ?? 'application/json';
  const estimatedInputTokens = estimateTokens(text);
  const model = path?.model ?? body?.['model'];
  return {
    method: call.method,
    url: `${target.origin}${(target.pathPrefix ?? '').replace(/\/+$/, '')}${call.pathAndQuery}`,
    headers,
    body: text,
    binary: isBinaryBody(call.routeType, call.headers['content-type'] ?? ''),
    streaming: path?.streaming === true || body?.['stream'] === true,
    operation: 'passthrough',
    requestModel: typeof model === 'string' ? model : undefined,
    maxTokens: maxTokensOf(body ?? {}),
    maxTokensFields: limitsOf(path?.api, body ?? {}, target),
    answers: answersOf(body ?? {}),
    media: () => mentionsMedia(text),
    boundInput: () => boundInputTokens(text),
    estimatedInputTokens,
    reply: {
      plain: (answer, contentType) => ({
        contentType,
        body: answer,
        usage: readUsage(answer, estimatedInputTokens),
      }),
      error: (_status, answer, contentType) => ({ contentType, body: answer }),
      stream: () => {
        const { format, frames } = streamOf(path?.api, serving);
        return nativeStream({ format, frames, through: true, hideUsage: false, estimatedInputTokens });
      },
      // A file that is fetched, say: as with other answers that are not a model's, nothing was used.
      bytes: () => noUsage,
    },
  };
}

/** Bodies of InvokeModel are each vendor's own. */
function isReadable(path: PathCall | undefined, serving: Provider): boolean {
  if (path?.api === undefined) return false;
  return serving.endpoint(path.api, { model: path.model, streaming: path.streaming }) !== undefined;
}

function patched(text: string, changes: Fields): string {
  const members = Object.entries(changes).map(([name, value]) => [name, JSON.stringify(value)]);
  return patchObjectText(text, Object.fromEntries(members));
}

/** In an API that is known, the answer can be shortened also where the client set no limit. */
function limitsOf(api: Api | undefined, body: Fields, { provider }: ProviderTarget): string[] {
  const known = api === 'Converse' || api === 'GenerateContent' || api === 'Messages';
  return known ? limitFields(api, body, provider) : givenLimits(body);
}

function streamOf(api: Api | undefined, serving: Provider) {
  const format: ProviderFormat = api === 'Messages' ? anthropicMessages : serving.chat.format;
  return { format, frames: api === undefined ? undefined : serving.frames?.(api) };
}

/** An answer that is not a model's (a list of files, say) reports no usage and has no `model`: it is not charged. */
function readUsage(text: string, estimatedInputTokens: number): Usage | undefined {
  const body = lastOf(text);
  if (body === undefined) return undefined;
  const reported =
    (body['object'] === 'response' ? openaiResponses.decodeUsage(body) : undefined) ??
    openaiChat.decodeUsage(body) ??
    bedrockConverse.decodeUsage(body) ??
    geminiGenerate.decodeUsage(body) ??
    anthropicMessages.decodeUsage(body);
  if (reported !== undefined) return reported;
  const isAnswer =
    ['choices', 'content', 'candidates', 'output'].some((field) => Array.isArray(body[field])) ||
    typeof (body['output'] as Fields | undefined)?.['message'] === 'object';
  return isAnswer ? estimatedUsage(text, estimatedInputTokens) : undefined;
}

/** Of a list, which is how Gemini streams to those who do not ask for events, the last member: it has the last report. */
function lastOf(text: string): Fields | undefined {
  const value = tryParse(text);
  return asFields(Array.isArray(value) ? value.at(-1) : value);
}

function objectOf(text: string): Fields | undefined {
  return asFields(tryParse(text));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
