import type { Api } from '../../api.ts';
import { bareModel } from '../../bedrock-models.ts';
import type { EndpointCall } from '../../provider.ts';

/** The model, which may be an ARN, is in the path. */
export function endpoint(api: Api, { model, streaming }: EndpointCall): string | undefined {
  // Counted by the model alone, not by the profile that leads to it.
  if (api === 'CountTokens') return `/model/${encodeURIComponent(bareModel(model))}/count-tokens`;
  if (api === 'Vectors') return `/model/${encodeURIComponent(model)}/invoke`;
  if (api !== 'Converse') return undefined;
  return `/model/${encodeURIComponent(model)}/${streaming ? 'converse-stream' : 'converse'}`;
}

/** Anthropic's models take the Messages API as well. */
export function anthropicEndpoint(api: Api, call: EndpointCall): string | undefined {
  if (api !== 'Messages') return endpoint(api, call);
  const action = call.streaming ? 'invoke-with-response-stream' : 'invoke';
  return `/model/${encodeURIComponent(call.model)}/${action}`;
}
