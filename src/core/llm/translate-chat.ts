/** A chat call between two formats: decoded into the canonical model and encoded for the provider. */

import { boundInputTokens } from './bound-input.ts';
import { inputCounter } from './counting/input-counter.ts';
import { enrichment, modelFor } from './enrich.ts';
import { estimateRequest, estimateTokens } from './estimate.ts';
import { FieldFault, type Fields, fieldsOf } from './fields.ts';
import type { Format, ProviderFormat, StreamOptions } from './format.ts';
import { upstreamHeaders } from './headers.ts';
import { mentionsMedia } from './mentions-media.ts';
import {
  type CanonicalRequest,
  type CanonicalResponse,
  type ErrorKind,
  errorKindOf,
  type Message,
  statusOf,
} from './model.ts';
import { answersOf, limitFields, maxTokensOf } from './output-limits.ts';
import { withCacheMarks } from './prompt-caching.ts';
import type { Provider } from './provider.ts';
import { urlOf } from './providers.ts';
import { translatedStream } from './stream-translated.ts';
import { renameTools, restoreNames, type ToolNames } from './tool-names.ts';
import { withObjectSchemas } from './tool-schemas.ts';
import {
  type ClientCall,
  ReplyFault,
  type ReplyTranslator,
  type UpstreamCall,
} from './translate-contract.ts';
import { namesOfDrops, withTurn } from './uncarried.ts';
import { noUsage, type Usage } from './usage.ts';
import { vendorChanges, withoutReasoning } from './vendor-quirks.ts';
import { searchesInChat } from './web-search.ts';
import { wholeAsStream } from './whole-as-stream.ts';

/** `inPath`: members that the client's dialect has in its path instead of its body. */
export function translateChat(
  call: ClientCall,
  client: Format,
  provider: Provider,
  inPath: Fields,
): UpstreamCall {
  const parsed = fieldsOf(call);
  const body = { ...parsed, ...enrichment(call.target, parsed), ...inPath };
  const drops: string[] = [];
  const request = client.decodeRequest(body, drops);
  const model = modelFor(call.target, request.model);
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  drops.push(...Object.keys(body).filter((name) => body[name] !== null && !client.carried.has(name)));
  const serving = servingFor(provider, call, request, model);
  const { format, routeType } = serving.chat;
  const caching = provider.caches?.(model) === true ? call.target.promptCaching : undefined;
  const asked = { ...request, model };
  const marked = caching === undefined ? asked : withCacheMarks(asked, caching);
  const { request: sent, names } = renameTools(withObjectSchemas(withTurn(marked, drops)), format.toolNames);
  const whole = provider.adapt(format.encodeRequest(sent, drops), call.target);
  const adapted = routeType === 'Completions' ? withoutReasoning(call.target, whole, drops) : whole;
  const quirks = routeType === 'Completions' ? vendorChanges(call.target, adapted) : undefined;
  if (quirks !== undefined) drops.push(...quirks.drops);
  const encoded = quirks === undefined ? adapted : { ...adapted, ...quirks.members };
  const text = JSON.stringify(encoded);
  const estimatedInputTokens = estimateRequest(text, sent);
  const { includeUsage } = request;
  const { nowSeconds, callId = '' } = call;
  return {
    method: 'POST',
    url: urlOf(call.target, provider, routeType, { model, streaming: request.stream }),
    headers: upstreamHeaders(call.target, provider, call.headers, routeType),
    body: text,
    streaming: request.stream,
    operation: 'chat',
    requestModel: model,
    maxTokens: maxTokensOf(encoded),
    maxTokensFields: limitFields(routeType, encoded, call.target.provider),
    answers: answersOf(encoded),
    media: () => mentionsMedia(text),
    boundInput: () => boundInputTokens(text),
    countInput: inputCounter({
      target: call.target,
      provider,
      api: routeType,
      model,
      body: text,
      clientHeaders: call.headers,
    }),
    estimatedInputTokens,
    drops: namesOfDrops(drops),
    reply: replyBetween(client, serving, {
      includeUsage,
      nowSeconds,
      callId,
      requestModel: model,
      request: body,
      estimatedInputTokens,
      streaming: request.stream,
      names,
      answers: request.answers?.count,
    }),
  };
}

/** OpenAI's chat completions neither search nor fetch files: its other API does both. A target with a path of its own has that one only. */
function servingFor(
  provider: Provider,
  { target }: ClientCall,
  { webSearch, messages }: CanonicalRequest,
  model: string,
): Provider {
  const { wider } = provider;
  if (wider === undefined || target.path !== undefined) return provider;
  const searches = webSearch !== undefined && !searchesInChat(model);
  return searches || messages.some(hasFileByUrl) ? { ...provider, chat: wider } : provider;
}

function hasFileByUrl({ parts }: Message): boolean {
  return parts.some((part) => part.type === 'document' && part.source.type === 'url');
}

interface ReplyOptions extends StreamOptions {
  callId: string;
  requestModel: string;
  estimatedInputTokens: number;
  streaming: boolean;
  names: ToolNames | undefined;
  answers: number | undefined;
}

function replyBetween(client: Format, provider: Provider, options: ReplyOptions): ReplyTranslator {
  const { format, routeType } = provider.chat;
  return {
    plain: (text) => {
      const body = replyBody(text, provider.decodeError ?? format.decodeError);
      const reported = format.decodeUsage(body);
      const response = named(decoded(format, body, reported), options);
      const usage = reported ?? estimatedUsage(text, options.estimatedInputTokens);
      return {
        contentType: 'application/json',
        body: client.encodeResponse(response, usage, options),
        usage,
        responseModel: response.model,
        ...(options.streaming && { asStream: () => wholeAsStream(client, response, usage, options) }),
      };
    },
    error: (status, text) => {
      const { kind, message } = (provider.decodeError ?? format.decodeError)(text);
      const body = client.encodeError({ kind: kind ?? errorKindOf(status), message });
      return { contentType: 'application/json', body };
    },
    stream: () =>
      translatedStream({ client, provider: format, frames: provider.frames?.(routeType), ...options }),
  };
}

function decoded(format: ProviderFormat, body: Fields, reported: Usage | undefined): CanonicalResponse {
  try {
    return format.decodeResponse(body);
  } catch (error) {
    if (error instanceof ReplyFault && reported !== undefined) error.usage = reported;
    throw error;
  }
}

function named(answer: CanonicalResponse, { callId, requestModel, names }: ReplyOptions): CanonicalResponse {
  const response = names === undefined ? answer : restoreNames(answer, names);
  const { id, model } = response;
  return { ...response, id: id === '' ? callId : id, model: model === '' ? requestModel : model };
}

/** A successful answer as an object; garbage and an error inside a 200 are faults, with the status that the error should have had. */
export function replyBody(text: string, decodeError?: ProviderFormat['decodeError']): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReplyFault('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ReplyFault('it is not a JSON object');
  const body = value as Fields;
  const error = body['error'] as Fields | string | null | undefined;
  const message = typeof error === 'string' ? error : error?.['message'];
  if ((typeof error === 'object' && error !== null) || (typeof error === 'string' && error !== ''))
    throw errorInside(String(message ?? 'without a reason'), decodeError?.(text).kind);
  return body;
}

function errorInside(message: string, kind: ErrorKind | undefined): ReplyFault {
  const fault = new ReplyFault(`it holds an error: ${message}`);
  if (kind !== undefined) fault.status = statusOf(kind);
  return fault;
}

export function estimatedUsage(answer: string, estimatedInputTokens: number): Usage {
  return {
    ...noUsage,
    inputTokens: estimatedInputTokens,
    outputTokens: estimateTokens(answer),
    estimated: true,
  };
}
