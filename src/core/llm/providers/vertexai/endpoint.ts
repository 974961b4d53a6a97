import type { Api } from '../../api.ts';
import type { EndpointCall } from '../../provider.ts';

/** Models are named with or without their publisher: `gemini-…`, `google/gemini-…`, `meta/llama-…`. */
export function nameOf(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}

function location({ vertexai }: EndpointCall): string {
  const { projectId = '', region = 'global' } = vertexai ?? {};
  return `/v1/projects/${encodeURIComponent(projectId)}/locations/${encodeURIComponent(region)}`;
}

function modelPath(call: EndpointCall, publisher: string, model: string): string {
  return `${location(call)}/publishers/${publisher}/models/${encodeURIComponent(model)}`;
}

/** Only with `alt=sse` a stream is server-sent events. */
export function endpoint(api: Api, call: EndpointCall): string | undefined {
  const path = modelPath(call, 'google', nameOf(call.model));
  if (api === 'GenerateContent')
    return call.streaming ? `${path}:streamGenerateContent?alt=sse` : `${path}:generateContent`;
  if (api === 'Vectors') return `${path}:predict`;
  return api === 'GeminiCountTokens' ? `${path}:countTokens` : undefined;
}

export function anthropicEndpoint(api: Api, call: EndpointCall): string | undefined {
  if (api === 'AnthropicTokenCount') return `${modelPath(call, 'anthropic', 'count-tokens')}:rawPredict`;
  if (api !== 'Messages') return undefined;
  return `${modelPath(call, 'anthropic', nameOf(call.model))}:${call.streaming ? 'streamRawPredict' : 'rawPredict'}`;
}

/** Models of other publishers, by OpenAI's API. */
export function openEndpoint(api: Api, call: EndpointCall): string | undefined {
  return api === 'Completions' ? `${location(call)}/endpoints/openapi/chat/completions` : undefined;
}
