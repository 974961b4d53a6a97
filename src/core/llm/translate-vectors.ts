/** An embeddings call of OpenAI's API for a provider that has an API of its own. */
import { encodeBase64 } from '../text/bytes.ts';
import { boundInputTokens } from './bound-input.ts';
import { enrichment, modelFor } from './enrich.ts';
import { estimateTokens } from './estimate.ts';
import { asArray, asCount, asString, FieldFault, type Fields, fieldsOf, optional } from './fields.ts';
import type { Format } from './format.ts';
import { upstreamHeaders } from './headers.ts';
import { errorKindOf } from './model.ts';
import type { Provider } from './provider.ts';
import { urlOf } from './providers.ts';
import { estimatedUsage, replyBody } from './translate-chat.ts';
import { type ClientCall, ReplyFault, type UpstreamCall } from './translate-contract.ts';
import { namesOfDrops } from './uncarried.ts';
import { noUsage, type Usage } from './usage.ts';
import type { VectorAnswer, VectorApi } from './vectors/model.ts';

const carried = new Set(['model', 'input', 'dimensions', 'encoding_format']);

export function translateVectors(
  call: ClientCall,
  client: Format,
  provider: Provider,
  api: VectorApi,
): UpstreamCall {
  const parsed = fieldsOf(call);
  const body = { ...parsed, ...enrichment(call.target, parsed) };
  const model = modelFor(call.target, optional(body['model'], 'model', asString));
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  const inputs = inputsOf(body['input'], api);
  const dimensions = optional(body['dimensions'], 'dimensions', asCount);
  const asBase64 = optional(body['encoding_format'], 'encoding_format', asString) === 'base64';
  const drops = Object.keys(body).filter((name) => body[name] !== null && !carried.has(name));
  const text = JSON.stringify(api.encode({ model, inputs, dimensions }, drops));
  const estimatedInputTokens = estimateTokens(inputs.join(''));
  return {
    method: 'POST',
    url: urlOf(call.target, provider, 'Vectors', { model, streaming: false }),
    headers: upstreamHeaders(call.target, provider, call.headers, 'Vectors'),
    body: text,
    streaming: false,
    operation: 'embeddings',
    requestModel: model,
    maxTokensFields: [],
    answers: 1,
    boundInput: () => boundInputTokens(text),
    estimatedInputTokens,
    drops: namesOfDrops(drops),
    reply: {
      plain: (answer) => {
        const told = api.decode(replyBody(answer));
        if (told.vectors.length !== inputs.length)
          throw new ReplyFault('it holds another number of embeddings than was asked for');
        const usage = usageOf(told, estimatedInputTokens);
        const list = encodeAnswer(told, model, usage, asBase64);
        return { contentType: 'application/json', body: list, usage, responseModel: model };
      },
      error: (status, answer) => {
        const { kind, message } = (provider.decodeError ?? provider.chat.format.decodeError)(answer);
        const told = client.encodeError({ kind: kind ?? errorKindOf(status), message });
        return { contentType: 'application/json', body: told };
      },
      stream: () => {
        throw new ReplyFault('embeddings are not streamed');
      },
    },
  };
}

function inputsOf(value: unknown, { mostInputs }: VectorApi): string[] {
  const list = typeof value === 'string' ? [value] : asArray(value, 'input');
  if (list.length === 0) throw new FieldFault('input', 'must have at least one text');
  if (list.length > mostInputs)
    throw new FieldFault(
      'input',
      `this model takes ${mostInputs === 1 ? 'one text' : `${mostInputs} texts`} a call`,
    );
  // Numbers of tokens are OpenAI's: elsewhere they mean other texts.
  return list.map((item, index) => asString(item, `input[${index}]`));
}

function usageOf({ inputTokens }: VectorAnswer, estimatedInputTokens: number): Usage {
  return inputTokens === undefined ? estimatedUsage('', estimatedInputTokens) : { ...noUsage, inputTokens };
}

function encodeAnswer({ vectors }: VectorAnswer, model: string, usage: Usage, asBase64: boolean): string {
  const data = vectors.map((vector, index): Fields => {
    const embedding = asBase64 ? encodeBase64(new Uint8Array(Float32Array.from(vector).buffer)) : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = usage.inputTokens;
  return JSON.stringify({
    object: 'list',
    data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}
