import type { Api } from '../../api.ts';
import type { EndpointCall } from '../../provider.ts';

/** The model is in the path; only with `alt=sse` a stream is server-sent events. */
export function endpoint(routeType: Api, { model, streaming }: EndpointCall): string | undefined {
  const path = `/v1beta/models/${encodeURIComponent(model)}`;
  if (routeType === 'GenerateContent')
    return streaming ? `${path}:streamGenerateContent?alt=sse` : `${path}:generateContent`;
  if (routeType === 'Vectors') return `${path}:batchEmbedContents`;
  if (routeType === 'GeminiCountTokens') return `${path}:countTokens`;
  return undefined;
}
