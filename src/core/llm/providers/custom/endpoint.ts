import type { RouteType } from '../../../config/snapshot.ts';

/** Paths that compatible servers serve by route type. */
const paths: Partial<Record<RouteType, string>> = {
  Completions: '/v1/chat/completions',
  Messages: '/v1/messages',
  AnthropicTokenCount: '/v1/messages/count_tokens',
  Embeddings: '/v1/embeddings',
  Responses: '/v1/responses',
  Models: '/v1/models',
  Rerank: '/v1/rerank',
};

export function endpoint(routeType: RouteType): string | undefined {
  return paths[routeType];
}
