/** The provider's own list of models, for backends that leave the choice to the client. Nothing is used by it. */
import { FieldFault } from './fields.ts';
import { upstreamHeaders } from './headers.ts';
import { modelInPath } from './models.ts';
import type { Provider } from './provider.ts';
import { urlOf } from './providers.ts';
import type { ClientCall, UpstreamCall } from './translate-contract.ts';
import { ReplyFault } from './translate-contract.ts';
import { noUsage } from './usage.ts';

export function translateModels(call: ClientCall, provider: Provider): UpstreamCall {
  if (call.method !== 'GET') throw new FieldFault('', `${call.method} is not possible here: use GET`);
  const id = modelInPath(call.pathAndQuery);
  const url = urlOf(call.target, provider, 'Models', { model: '', streaming: false });
  return {
    method: 'GET',
    url: id === undefined ? url : `${url}/${encodeURIComponent(id)}`,
    headers: upstreamHeaders(call.target, provider, call.headers, 'Models'),
    body: '',
    streaming: false,
    operation: 'models',
    maxTokensFields: [],
    answers: 1,
    boundInput: () => 0,
    estimatedInputTokens: 0,
    reply: {
      plain: (body, contentType) => ({ contentType, body, usage: noUsage }),
      error: (_status, body, contentType) => ({ contentType, body }),
      stream: () => {
        throw new ReplyFault('a list of models is not streamed');
      },
    },
  };
}
