/** A call in the provider's own format: the client's text goes through, patched only where the gateway owns a field. */
import type { RouteType } from '../config/snapshot.ts';
import { boundInputTokens, boundKeptInput } from './bound-input.ts';
import { inputCounter } from './counting/input-counter.ts';
import { enrichment, modelFor } from './enrich.ts';
import { estimateTokens } from './estimate.ts';
import type { EventFrames } from './event-stream.ts';
import { FieldFault, type Fields, fieldsOf } from './fields.ts';
import { withoutForeignMarks } from './foreign-marks.ts';
import type { Format, StreamOptions } from './format.ts';
import { upstreamHeaders } from './headers.ts';
import { patchObjectText } from './json-text.ts';
import { mentionsMedia } from './mentions-media.ts';
import { errorKindOf } from './model.ts';
import { checkNative } from './native-check.ts';
import { answersOf, limitFields, maxTokensOf } from './output-limits.ts';
import { cacheMarks } from './prompt-caching.ts';
import type { Provider } from './provider.ts';
import { urlOf } from './providers.ts';
import { nativeStream } from './stream-native.ts';
import { estimatedUsage, replyBody } from './translate-chat.ts';
import type { ClientCall, ReplyTranslator, UpstreamCall } from './translate-contract.ts';
import { namesOfDrops } from './uncarried.ts';
import { noUsage, type Usage } from './usage.ts';
import { takesStreamOptions, vendorChanges } from './vendor-quirks.ts';
import { wholeAsStream } from './whole-as-stream.ts';

const operations: Partial<Record<RouteType, string>> = {
  Embeddings: 'embeddings',
  AnthropicTokenCount: 'count_tokens',
  GeminiCountTokens: 'count_tokens',
};

const chatRoutes: ReadonlySet<RouteType> = new Set([
  'Completions',
  'Messages',
  'Responses',
  'GenerateContent',
]);

/** APIs whose calls may point to a conversation that the provider keeps. */
const keepsInput: ReadonlySet<RouteType> = new Set(['Responses', 'GenerateContent']);

/** Route types whose calls are a conversation with a model: translated where the provider speaks another format. */
export function isChat(routeType: RouteType): boolean {
  return chatRoutes.has(routeType);
}

/** `inPath`: the model and whether to stream, where the API has them in its path; its body names neither. */
export function translateNative(
  call: ClientCall,
  format: Format,
  provider: Provider,
  inPath: Fields,
): UpstreamCall {
  const { routeType, target } = call;
  const body = fieldsOf(call);
  const chat = isChat(routeType);
  checkNative(routeType, body);
  const named = inPath['model'] ?? body['model'];
  const asked = typeof named === 'string' ? named : undefined;
  const model = modelFor(target, asked);
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  const streaming = chat && (inPath['stream'] ?? body['stream']) === true;
  const completions = routeType === 'Completions';
  const hideUsage = streaming && completions && !includesUsage(body) && takesStreamOptions(target);
  // What the gateway takes out, the backend's configuration must not bring back.
  const clean = withoutForeignMarks(routeType, body);
  const changes: Fields = chat ? { ...clean, ...enrichment(target, { ...body, ...clean }) } : {};
  if (model !== asked && inPath['model'] === undefined) changes['model'] = model;
  if (hideUsage) changes['stream_options'] = { ...(body['stream_options'] as Fields), include_usage: true };
  const { promptCaching } = target;
  if (promptCaching !== undefined && routeType === 'Messages' && provider.caches?.(model))
    Object.assign(changes, cacheMarks(call.body, { ...body, ...changes }, promptCaching));
  const now = { ...body, ...changes };
  const own =
    provider.adaptNative?.(routeType, now, call.headers) ??
    (completions ? vendorChanges(target, now) : undefined);
  Object.assign(changes, own?.members);
  const text = patch(call.body, changes);
  const sent = { ...body, ...changes };
  const estimatedInputTokens = estimateTokens(text);
  return {
    method: 'POST',
    url: urlOf(target, provider, routeType, { model, streaming }),
    headers: upstreamHeaders(target, provider, call.headers, routeType),
    body: text,
    streaming,
    operation: operations[routeType] ?? 'chat',
    requestModel: model,
    maxTokens: maxTokensOf(sent),
    maxTokensFields: chat ? limitFields(routeType, sent, target.provider) : [],
    answers: chat ? answersOf(sent) : 1,
    media: () => mentionsMedia(text),
    boundInput: () => boundInputTokens(text) + (keepsInput.has(routeType) ? boundKeptInput(sent) : 0),
    ...(chat && {
      countInput: inputCounter({
        target,
        provider,
        api: routeType,
        model,
        body: text,
        clientHeaders: call.headers,
      }),
    }),
    estimatedInputTokens,
    ...(own && own.drops.length > 0 && { drops: namesOfDrops(own.drops) }),
    reply: nativeReply(format, {
      frames: () => provider.frames?.(routeType),
      decodeError: provider.decodeError,
      hideUsage,
      estimatedInputTokens,
      counts: operations[routeType] === 'count_tokens',
      answers: chat,
      streaming,
      nowSeconds: call.nowSeconds,
    }),
  };
}

function includesUsage(body: Fields): boolean {
  return (body['stream_options'] as Fields | null | undefined)?.['include_usage'] === true;
}

function patch(text: string, changes: Fields): string {
  const entries = Object.entries(changes);
  if (entries.length === 0) return text;
  return patchObjectText(
    text,
    Object.fromEntries(entries.map(([name, value]) => [name, JSON.stringify(value)])),
  );
}

interface NativeReplyOptions {
  frames: () => EventFrames | undefined;
  /** Its errors are not of the client's dialect. */
  decodeError: Provider['decodeError'];
  hideUsage: boolean;
  estimatedInputTokens: number;
  /** Counting tokens uses none. */
  counts: boolean;
  /** A model speaks in the answer. */
  answers: boolean;
  streaming: boolean;
  nowSeconds: number;
}

function streamOptions({ hideUsage, nowSeconds }: NativeReplyOptions): StreamOptions {
  return { includeUsage: !hideUsage, nowSeconds, request: {} };
}

function nativeReply(format: Format, options: NativeReplyOptions): ReplyTranslator {
  return {
    plain: (text, contentType) => {
      const body = replyBody(text, options.decodeError ?? format.decodeError);
      const usage = usageOf(body, text, format, options);
      const model = body['model'] ?? body['modelVersion'];
      return {
        contentType: contentType === '' ? 'application/json' : contentType,
        body: text,
        usage,
        responseModel: typeof model === 'string' ? model : undefined,
        ...(options.streaming && {
          asStream: () => wholeAsStream(format, format.decodeResponse(body), usage, streamOptions(options)),
        }),
      };
    },
    error: (status, text, contentType) => nativeError(format, options, status, text, contentType),
    stream: () => nativeStream({ format, ...options, frames: options.frames() }),
  };
}

function usageOf(body: Fields, text: string, format: Format, options: NativeReplyOptions): Usage {
  if (options.counts) return noUsage;
  // Vectors are no tokens: an embedding has input only.
  const answer = options.answers ? text : '';
  return format.decodeUsage(body) ?? estimatedUsage(answer, options.estimatedInputTokens);
}

/** The provider's own error object is the client's dialect already; a page of HTML is not. */
function nativeError(
  format: Format,
  { decodeError }: NativeReplyOptions,
  status: number,
  text: string,
  contentType: string,
) {
  if (decodeError === undefined && contentType.startsWith('application/json'))
    return { contentType, body: text };
  const { kind, message } = (decodeError ?? format.decodeError)(text);
  return {
    contentType: 'application/json',
    body: format.encodeError({ kind: kind ?? errorKindOf(status), message }),
  };
}
