/** Counting tokens for a client of another dialect than the provider's: the same conversation, asked of its own counter. */
import type { RouteType } from '../config/snapshot.ts';
import { type Counter, counterOf, membersToCount } from './counting/count-request.ts';
import { countOf } from './counting/model.ts';
import { modelFor } from './enrich.ts';
import { FieldFault, type Fields, fieldsOf } from './fields.ts';
import type { Format } from './format.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import { upstreamHeaders } from './headers.ts';
import { errorKindOf } from './model.ts';
import type { Provider } from './provider.ts';
import { isNative, urlOf } from './providers.ts';
import { renameTools } from './tool-names.ts';
import { withObjectSchemas } from './tool-schemas.ts';
import { replyBody } from './translate-chat.ts';
import { type ClientCall, ReplyFault, type UpstreamCall } from './translate-contract.ts';
import { namesOfDrops, withTurn } from './uncarried.ts';
import { noUsage } from './usage.ts';

export function counterFor(call: ClientCall, provider: Provider): Counter | undefined {
  const { routeType } = provider.chat;
  // OpenAI counts conversations of its other API only.
  const counter = routeType === 'Completions' ? 'InputTokens' : counterOf[routeType];
  // At a path of its own is chat.
  if (counter === 'InputTokens' && call.target.path !== undefined) return undefined;
  return counter !== undefined && isNative(call.target, provider, counter) ? counter : undefined;
}

export function translateCount(
  call: ClientCall,
  client: Format,
  provider: Provider,
  counter: Counter,
  inPath: Fields,
): UpstreamCall {
  const drops: string[] = [];
  const format = counter === 'InputTokens' ? openaiResponses : provider.chat.format;
  const request = client.decodeRequest({ ...conversation(fieldsOf(call)), ...inPath }, drops);
  const model = modelFor(call.target, request.model);
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  const asked = withTurn({ ...request, stream: false, model }, drops);
  const { request: sent } = renameTools(withObjectSchemas(asked), format.toolNames);
  const encoded = provider.adapt(format.encodeRequest(sent, drops), call.target);
  return {
    method: 'POST',
    url: urlOf(call.target, provider, counter, { model, streaming: false }),
    headers: upstreamHeaders(call.target, provider, call.headers, counter),
    body: JSON.stringify(membersToCount(counter, encoded, model, call.target)),
    streaming: false,
    operation: 'count_tokens',
    requestModel: model,
    maxTokensFields: [],
    answers: 1,
    boundInput: () => 0,
    estimatedInputTokens: 0,
    drops: namesOfDrops(drops),
    reply: {
      plain: (text) => ({
        contentType: 'application/json',
        body: JSON.stringify(answer(call.routeType, replyBody(text))),
        usage: noUsage,
      }),
      error: (status, text) => {
        const { kind, message } = (provider.decodeError ?? format.decodeError)(text);
        const body = client.encodeError({ kind: kind ?? errorKindOf(status), message });
        return { contentType: 'application/json', body };
      },
      stream: () => {
        throw new ReplyFault('a count of tokens is not streamed');
      },
    },
  };
}

/** A count leaves out what only an answer needs; Gemini's may hold the whole request in a member. */
function conversation(body: Fields): Fields {
  const whole = body['generateContentRequest'] ?? body['generate_content_request'];
  return { max_tokens: 1, ...(typeof whole === 'object' && whole !== null ? (whole as Fields) : body) };
}

function answer(asked: RouteType, body: Fields): Fields {
  const tokens = countOf(body);
  if (tokens === undefined) throw new ReplyFault('it holds no count of tokens');
  return asked === 'GeminiCountTokens' ? { totalTokens: tokens } : { input_tokens: tokens };
}
