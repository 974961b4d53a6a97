/**
 * Which API a path of an AI backend speaks: the backend's `ai.routes`, longest suffix first, Completions otherwise. A backend that
 * has no routes is asked by what paths mean everywhere.
 */
import type { AiBackend, RouteType } from '../config/snapshot.ts';
import { passedSuffixes } from '../llm/passed/apis.ts';

const usual: Record<string, RouteType> = {
  '/responses': 'Responses',
  '/embeddings': 'Embeddings',
  '/models': 'Models',
  '/v1/messages': 'Messages',
  '/v1/messages/count_tokens': 'AnthropicTokenCount',
  ':generateContent': 'GenerateContent',
  ':streamGenerateContent': 'GenerateContent',
  ':countTokens': 'GeminiCountTokens',
  '/rerank': 'Rerank',
  '/realtime': 'Realtime',
  ...Object.fromEntries(passedSuffixes.map((suffix) => [suffix, 'Detect'])),
};

export function routeTypeOf({ routes }: AiBackend, path: string): RouteType {
  for (const _ in routes) return typeIn(routes, path);
  return path.endsWith('/chat/completions') ? 'Completions' : typeIn(usual, path);
}

function typeIn(routes: Readonly<Record<string, RouteType>>, path: string): RouteType {
  let best: string | undefined;
  for (const suffix of Object.keys(routes)) {
    if (suffix !== '*' && path.endsWith(suffix) && suffix.length > (best?.length ?? 0)) best = suffix;
  }
  if (best !== undefined) return routes[best]!;
  if (namesModel(routes, path)) return 'Models';
  return routes['*'] ?? 'Completions';
}

/** `/v1/models/{id}`, where `/v1/models` is routed to Models. */
function namesModel(routes: Readonly<Record<string, RouteType>>, path: string): boolean {
  return Object.entries(routes).some(([suffix, type]) => type === 'Models' && path.includes(`${suffix}/`));
}
