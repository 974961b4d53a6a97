/** `GET /v1/models` and `GET /v1/models/{id}`: what the backend is configured for, as far as the caller's key goes. No provider is asked. */
import type { AiBackend, RouteType } from '../core/config/snapshot.ts';
import type { Refusal } from '../core/errors.ts';
import { configuredModels, encodeModel, encodeModels, modelInPath } from '../core/llm/models.ts';
import type { DialectError } from '../core/llm/translate-contract.ts';
import { matchesModel } from '../core/policy/key-terms.ts';
import type { Call } from './call.ts';
import { refuse } from './refuse.ts';
import { limitHeaders, sendWhole } from './send.ts';

/** False when the backend names no model: the provider itself is asked then. `path` is the route's. */
export function serveModels(
  call: Call,
  backend: AiBackend,
  path: string,
  dialectError: DialectError,
): boolean {
  if (call.target.method !== 'GET' && call.target.method !== 'HEAD') return false;
  const models = configuredModels(backend.groups.flat());
  if (models.length === 0) return false;
  const allowed = call.context.terms?.allowedModels ?? [];
  const shown = models.filter(
    ({ serves }) => allowed.length === 0 || allowed.some((pattern) => matchesModel(pattern, serves)),
  );
  const headers = { ...limitHeaders(call), 'content-type': 'application/json' };
  const id = modelInPath(path);
  const one = shown.find((model) => model.id === id);
  if (id === undefined) sendWhole(call, 200, headers, encodeModels(shown, call.target.headers));
  else if (one !== undefined) sendWhole(call, 200, headers, encodeModel(one, call.target.headers));
  else refuse(call, noSuchModel(id), dialectError, dialectOf(call));
  return true;
}

function noSuchModel(id: string): Refusal {
  return { code: 'model_not_found', detail: `there is no model "${id}" here that this key may use` };
}

function dialectOf(call: Call): RouteType {
  return call.target.headers['anthropic-version'] === undefined ? 'Completions' : 'Messages';
}
