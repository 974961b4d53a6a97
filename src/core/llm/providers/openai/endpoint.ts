import type { Api } from '../../api.ts';

/** Paths of OpenAI's APIs by route type. */
const paths: Partial<Record<Api, string>> = {
  Completions: '/v1/chat/completions',
  Embeddings: '/v1/embeddings',
  Responses: '/v1/responses',
  InputTokens: '/v1/responses/input_tokens',
  Models: '/v1/models',
  TextCompletions: '/v1/completions',
  ImageGenerations: '/v1/images/generations',
  ImageEdits: '/v1/images/edits',
  ImageVariations: '/v1/images/variations',
  Speech: '/v1/audio/speech',
  Transcriptions: '/v1/audio/transcriptions',
  Translations: '/v1/audio/translations',
  Realtime: '/v1/realtime',
};

export function endpoint(routeType: Api): string | undefined {
  return paths[routeType];
}
