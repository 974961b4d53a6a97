/** `GET /v1/models`: what the backend is configured for, as far as the caller's key goes. No provider is asked. */
import type { AiBackend } from '../core/config/snapshot.ts';
import { routesByModel } from '../core/llm/model-router.ts';
import { configuredModels, encodeModels } from '../core/llm/models.ts';
import { matchesModel } from '../core/policy/key-terms.ts';
import type { Call } from './call.ts';
import { limitHeaders, sendWhole } from './send.ts';

/** False when the backend names no model: the provider's own list is asked for then. */
export function serveModels(call: Call, backend: AiBackend): boolean {
  if (call.target.method !== 'GET' && call.target.method !== 'HEAD') return false;
  const targets = backend.groups.flat();
  const models = configuredModels(targets);
  if (models.length === 0 && !routesByModel(targets)) return false;
  const allowed = call.context.terms?.allowedModels ?? [];
  const shown = models.filter(
    ({ serves }) => allowed.length === 0 || allowed.some((pattern) => matchesModel(pattern, serves)),
  );
  const headers = { ...limitHeaders(call), 'content-type': 'application/json' };
  sendWhole(call, 200, headers, encodeModels(shown, call.target.headers));
  return true;
}
