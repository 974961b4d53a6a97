import type { RouteType } from '../../../config/snapshot.ts';

/** Paths of Anthropic's APIs by route type. */
const paths: Partial<Record<RouteType, string>> = {
  Messages: '/v1/messages',
  Models: '/v1/models',
  AnthropicTokenCount: '/v1/messages/count_tokens',
};

export function endpoint(routeType: RouteType): string | undefined {
  return paths[routeType];
}
