/** Which API a path of an AI backend speaks: the backend's `ai.routes`, longest suffix first; Completions otherwise. */
import type { AiBackend, RouteType } from '../core/config/snapshot.ts';

export function routeTypeOf(backend: AiBackend, path: string): RouteType {
  let best: string | undefined;
  for (const suffix of Object.keys(backend.routes)) {
    if (suffix !== '*' && path.endsWith(suffix) && suffix.length > (best?.length ?? 0)) best = suffix;
  }
  return backend.routes[best ?? '*'] ?? 'Completions';
}
