/** Vertex AI: Gemini, Anthropic's models in their own API, those of other publishers in OpenAI's. */
import type { Fields } from '../../fields.ts';
import type { ProviderError } from '../../format.ts';
import { anthropicMessages } from '../../formats/anthropic-messages/index.ts';
import { geminiGenerate } from '../../formats/gemini-generate/index.ts';
import { openaiChat } from '../../formats/openai-chat/index.ts';
import type { Provider } from '../../provider.ts';
import { geminiOnVertexVectors, vertexVectors } from '../../vectors/vertex.ts';
import { adaptNative, anthropicMembers, credentialHeader, requiredHeaders } from './auth.ts';
import { anthropicEndpoint, endpoint, nameOf, openEndpoint } from './endpoint.ts';

export const vertexai: Provider = {
  chat: { routeType: 'GenerateContent', format: geminiGenerate },
  endpoint,
  credentialHeader,
  requiredHeaders,
  adapt: withoutCallIds,
  vectors: (model) => {
    if (/gemini-embedding/.test(model)) return geminiOnVertexVectors;
    return /embedding/.test(model) ? vertexVectors : undefined;
  },
  forModel,
};

const anthropicOnVertex: Provider = {
  ...vertexai,
  chat: { routeType: 'Messages', format: anthropicMessages },
  endpoint: anthropicEndpoint,
  adapt: (body) => ({ ...body, ...anthropicMembers }),
  adaptNative,
  decodeError,
  caches: () => true,
};

const openOnVertex: Provider = {
  ...vertexai,
  chat: { routeType: 'Completions', format: openaiChat },
  endpoint: openEndpoint,
  adapt: ({ max_completion_tokens, ...body }) => ({ ...body, max_tokens: max_completion_tokens }),
  decodeError,
};

function forModel(model: string): Provider {
  const [publisher] = model.split('/', 1);
  if (publisher === 'anthropic' || nameOf(model).startsWith('claude-')) return anthropicOnVertex;
  return publisher === model || publisher === 'google' || publisher === 'publishers'
    ? vertexai
    : openOnVertex;
}

/** Calls and their results are matched by name and order here: ids are not known to every version of the API. */
function withoutCallIds(body: Fields): Fields {
  const contents = (body['contents'] as Fields[] | undefined)?.map((content) => ({
    ...content,
    parts: (content['parts'] as Fields[]).map(withoutCallId),
  }));
  return { ...body, contents };
}

function withoutCallId(part: Fields): Fields {
  for (const member of ['functionCall', 'functionResponse']) {
    const { id: _, ...kept } = (part[member] ?? {}) as Fields;
    if (part[member] !== undefined) return { ...part, [member]: kept };
  }
  return part;
}

/** Of Google where the call did not get to the model, of the model's vendor where it did. */
function decodeError(body: string): ProviderError {
  const google = geminiGenerate.decodeError(body);
  return google.kind === undefined ? anthropicMessages.decodeError(body) : google;
}
