import type { RouteType } from '../../../config/snapshot.ts';

/** Paths of OpenAI's APIs by route type. */
const paths: Partial<Record<RouteType, string>> = {
  Completions: '/v1/chat/completions',
  Embeddings: '/v1/embeddings',
  Responses: '/v1/responses',
  Models: '/v1/models',
};

export function endpoint(routeType: RouteType): string | undefined {
  return paths[routeType];
}
