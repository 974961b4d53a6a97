/** `GET /v1/models` and `GET /v1/models/{id}`: what is configured, as far as the caller's key goes. No provider is asked. */
import type { AiBackend, RouteType } from '../core/config/snapshot.ts';
import {
  configuredModels,
  encodeModel,
  encodeModels,
  type ListedModel,
  modelInPath,
} from '../core/llm/models.ts';
import type { DialectError } from '../core/llm/translate-contract.ts';
import { mayUseModel } from '../core/policy/key-terms.ts';
import type { ModelRoute } from '../core/route/match-model.ts';
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
  const models = configuredModels(backend.groups.flat());
  return models.length > 0 && serve(call, models, path, dialectError);
}

/** Of a route whose backends are chosen by model: the names that it lists. */
export function serveRoutedModels(
  call: Call,
  routes: readonly ModelRoute[],
  path: string,
  dialectError: DialectError,
): boolean {
  const models = new Map<string, ListedModel>();
  for (const { name, listed, backend } of routes)
    if (listed && !name.includes('*'))
      models.set(name, { id: name, serves: name, provider: providerOf(call, backend) });
  return serve(call, [...models.values()], path, dialectError);
}

function serve(
  call: Call,
  models: readonly ListedModel[],
  path: string,
  dialectError: DialectError,
): boolean {
  if (call.target.method !== 'GET' && call.target.method !== 'HEAD') return false;
  const shown = models.filter(({ serves }) => mayUseModel(call.context.terms, serves));
  const headers = { ...limitHeaders(call), 'content-type': 'application/json' };
  const id = modelInPath(path);
  const one = shown.find((model) => model.id === id);
  if (id === undefined) sendWhole(call, 200, headers, encodeModels(shown, call.target.headers));
  else if (one !== undefined) sendWhole(call, 200, headers, encodeModel(one, call.target.headers));
  else {
    const detail = `there is no model "${id}" here that this key may use`;
    refuse(call, { code: 'model_not_found', detail }, dialectError, dialectOf(call));
  }
  return true;
}

function dialectOf(call: Call): RouteType {
  return call.target.headers['anthropic-version'] === undefined ? 'Completions' : 'Messages';
}

function providerOf(call: Call, name: string): string {
  const backend = call.snapshot.backend(name);
  return (backend?.type === 'ai' && backend.groups[0]?.[0]?.provider) || 'unknown';
}
