/** A realtime session: where it is opened, and as whom. What is said in it goes through as it is. */
import { modelFor } from '../enrich.ts';
import { FieldFault } from '../fields.ts';
import { upstreamHeaders } from '../headers.ts';
import type { Provider } from '../provider.ts';
import { urlOf } from '../providers.ts';
import { type ClientCall, ReplyFault, type UpstreamCall } from '../translate-contract.ts';

/** Input that a hard budget holds for a session: it is ended when it has used more. */
const sessionInput = 32_000;

/** `url` is that of the provider's HTTP address; WebSockets are opened there. */
export function translateRealtime(call: ClientCall, provider: Provider): UpstreamCall {
  const query = call.pathAndQuery.split('?')[1] ?? '';
  const model = modelFor(call.target, modelInQuery(call.pathAndQuery));
  if (model === undefined) throw new FieldFault('model', 'must be given: this backend does not name one');
  const others = query.split('&').filter((pair) => pair !== '' && !/^(model|key|api-key)=/.test(pair));
  const asked = [`model=${encodeURIComponent(model)}`, ...others].join('&');
  const {
    'content-type': _,
    accept: __,
    ...headers
  } = upstreamHeaders(call.target, provider, call.headers, 'Realtime');
  return {
    method: 'GET',
    url: `${urlOf(call.target, provider, 'Realtime', { model, streaming: true })}?${asked}`,
    headers,
    body: '',
    streaming: true,
    operation: 'realtime',
    requestModel: model,
    maxTokensFields: [],
    hasOutput: true,
    answers: 1,
    media: () => true,
    boundInput: () => sessionInput,
    estimatedInputTokens: 0,
    reply: {
      plain: notPlain,
      error: (_status, body, contentType) => ({ contentType, body }),
      stream: notPlain,
    },
  };
}

/** Throws `FieldFault` for what is not well encoded. */
export function modelInQuery(pathAndQuery: string): string | undefined {
  const [, named] = /[?&]model=([^&]*)/.exec(pathAndQuery) ?? [];
  try {
    return named === undefined ? undefined : decodeURIComponent(named);
  } catch {
    throw new FieldFault('model', 'is not well encoded');
  }
}

function notPlain(): never {
  throw new ReplyFault('a realtime session is no answer to a request');
}
