/** Client call → provider call. The data path knows only this file and its contract. */
import type { RouteType } from '../config/snapshot.ts';
import { modelFor } from './enrich.ts';
import { FieldFault, type Fields, fieldsOf } from './fields.ts';
import type { Format } from './format.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { geminiGenerate } from './formats/gemini-generate/index.ts';
import { openaiChat } from './formats/openai-chat/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import { readGeminiPath } from './gemini-path.ts';
import { errorKindOf } from './model.ts';
import { type PassedApi, passedApiAt } from './passed/apis.ts';
import { translatePassed } from './passed/translate-passed.ts';
import { translatePassthrough } from './passthrough.ts';
import type { Provider } from './provider.ts';
import { isNative, providerOf } from './providers.ts';
import { translateRealtime } from './realtime/translate-realtime.ts';
import type { RequestFault } from './request-fault.ts';
import { translateChat } from './translate-chat.ts';
import type { ClientCall, DialectError, TranslateResult, UpstreamCall } from './translate-contract.ts';
import { counterFor, translateCount } from './translate-count.ts';
import { translateModels } from './translate-models.ts';
import { isChat, translateNative } from './translate-native.ts';
import { translateVectors } from './translate-vectors.ts';
import { noUsage } from './usage.ts';

/** The dialect that clients of a route type speak. */
const dialects: Partial<Record<RouteType, Format>> = {
  Completions: openaiChat,
  Messages: anthropicMessages,
  AnthropicTokenCount: anthropicMessages,
  Embeddings: openaiChat,
  Responses: openaiResponses,
  GenerateContent: geminiGenerate,
  GeminiCountTokens: geminiGenerate,
};

const counts: ReadonlySet<RouteType> = new Set(['AnthropicTokenCount', 'GeminiCountTokens']);

export function translateRequest(call: ClientCall): TranslateResult {
  try {
    return { ok: true, call: translate(call) };
  } catch (error) {
    if (error instanceof FieldFault) return { ok: false, fault: error.toFault() };
    if (error instanceof NotServed) return { ok: false, fault: error.fault };
    throw error;
  }
}

class NotServed extends Error {
  readonly fault: RequestFault;
  constructor(message: string) {
    super(message);
    this.fault = { status: 501, code: 'not_implemented', message };
  }
}

function translate(call: ClientCall): UpstreamCall {
  const { routeType, target } = call;
  const provider = providerOf(target);
  if (provider === undefined)
    throw new NotServed(`provider "${target.provider}" is not served by this version`);
  if (routeType === 'Passthrough') return passThrough(call, provider);
  if (routeType === 'Models' && isNative(target, provider, routeType)) return translateModels(call, provider);
  if (routeType === 'Realtime') {
    if (isNative(target, provider, routeType)) return translateRealtime(call, provider);
    throw new NotServed(`provider "${target.provider}" does not have the Realtime API`);
  }
  const passed = passedApiAt(routeType, pathOf(call));
  if (passed !== undefined) return translateKnown(call, provider, passed);
  if (routeType === 'Detect') return passThrough(call, provider);
  const format = dialects[routeType];
  if (format === undefined) throw new NotServed(`the ${routeType} API is not served by this version`);
  if (call.method !== 'POST') throw new FieldFault('', `${call.method} is not possible here: use POST`);
  const inPath = format === geminiGenerate ? readGeminiPath(routeType, call.pathAndQuery) : {};
  return translateDialect({ ...call, fields: fieldsOf(call) }, format, provider, inPath);
}

/** The body has been read, for all that follows. */
function translateDialect(
  call: ClientCall,
  format: Format,
  provider: Provider,
  inPath: Fields,
): UpstreamCall {
  const { routeType, target } = call;
  const serving = provider.forModel?.(modelOf(call, inPath)) ?? provider;
  if (isNative(target, serving, routeType)) return translateNative(call, format, serving, inPath);
  const counter = counts.has(routeType) ? counterFor(call, serving) : undefined;
  if (counter !== undefined) return translateCount(call, format, serving, counter, inPath);
  const vectors = routeType === 'Embeddings' ? serving.vectors?.(modelOf(call, inPath)) : undefined;
  if (vectors !== undefined) return translateVectors(call, format, serving, vectors);
  if (!isChat(routeType) || !isNative(target, serving, serving.chat.routeType)) {
    throw new NotServed(`provider "${target.provider}" does not have the ${routeType} API`);
  }
  return translateChat(call, format, serving, inPath);
}

function pathOf({ pathAndQuery }: ClientCall): string {
  return pathAndQuery.split('?', 1)[0]!;
}

/** A `custom` target is taken to have them unless its formats say which APIs it has and leave Rerank out. */
function translateKnown(call: ClientCall, provider: Provider, api: PassedApi): UpstreamCall {
  const { target, method } = call;
  const isListed = api.name !== 'Rerank' || isNative(target, provider, api.name);
  if (!isListed || provider.endpoint(api.name, { model: '', streaming: false }) === undefined)
    throw new NotServed(`provider "${target.provider}" does not have the ${api.name} API`);
  if (method !== 'POST') throw new FieldFault('', `${method} is not possible here: use POST`);
  return translatePassed(call, provider, api);
}

/** '' where the call names none, which is refused later. Only providers with models of several vendors need to know so early. */
function modelOf(call: ClientCall, inPath: Fields): string {
  const { target } = call;
  const asked = target.model ?? inPath['model'] ?? fieldsOf(call)['model'];
  return modelFor(target, typeof asked === 'string' ? asked : undefined) ?? '';
}

function passThrough(call: ClientCall, provider: Provider): UpstreamCall {
  const through = translatePassthrough(call, provider);
  if (through !== undefined) return through;
  throw new NotServed(
    `provider "${call.target.provider}" does not have this API, or its usage can not be read`,
  );
}

export const dialectError: DialectError = (routeType, fault) => {
  const format = dialects[routeType] ?? openaiChat;
  const { message, code, path: param, status, details } = fault;
  return {
    contentType: 'application/json',
    body: format.encodeError({ kind: errorKindOf(status), message, code, param, details }),
  };
};

/** The event that ends a stream with an error, in the dialect of a route type. */
export function streamError(routeType: RouteType, status: number, message: string): string {
  const format = dialects[routeType] ?? openaiChat;
  const encoder = format.encodeStream({ includeUsage: false, nowSeconds: 0, request: {} });
  return encoder.encode({ type: 'error', kind: errorKindOf(status), message }, () => noUsage);
}
