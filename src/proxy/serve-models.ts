/** `GET /v1/models` and `GET /v1/models/{id}`: what is configured here, as far as the caller's key goes. No provider is asked. */
import type { RouteType } from '../core/config/snapshot.ts';
import type { Refusal } from '../core/errors.ts';
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
import type { LlmRoute } from './llm-route.ts';
import { refuse } from './refuse.ts';
import { limitHeaders, sendWhole } from './send.ts';

/** False when no model is named here: the provider itself is asked then. */
export function serveModels(
  call: Call,
  { backend, rule, path }: LlmRoute,
  dialectError: DialectError,
): boolean {
  if (call.target.method !== 'GET' && call.target.method !== 'HEAD') return false;
  const models =
    rule.models === undefined ? configuredModels(backend.groups.flat()) : routedModels(call, rule.models);
  if (models.length === 0 && rule.models === undefined) return false;
  const shown = models.filter(({ serves }) => mayUseModel(call.context.terms, serves));
  const headers = { ...limitHeaders(call), 'content-type': 'application/json' };
  const id = modelInPath(path);
  const one = shown.find((model) => model.id === id);
  if (id === undefined) sendWhole(call, 200, headers, encodeModels(shown, call.target.headers));
  else if (one !== undefined) sendWhole(call, 200, headers, encodeModel(one, call.target.headers));
  else refuse(call, noSuchModel(id), dialectError, dialectOf(call));
  return true;
}

/** Of a route whose backends are chosen by model: the names that it lists. */
function routedModels(call: Call, routes: readonly ModelRoute[]): ListedModel[] {
  const models = new Map<string, ListedModel>();
  for (const { name, listed, backend } of routes)
    if (listed && !name.includes('*'))
      models.set(name, { id: name, serves: name, provider: providerOf(call, backend) });
  return [...models.values()];
}

function providerOf(call: Call, name: string): string {
  const backend = call.snapshot.backend(name);
  return (backend?.type === 'ai' && backend.groups[0]?.[0]?.provider) || 'unknown';
}

function noSuchModel(id: string): Refusal {
  return { code: 'model_not_found', detail: `there is no model "${id}" here that this key may use` };
}

function dialectOf(call: Call): RouteType {
  return call.target.headers['anthropic-version'] === undefined ? 'Completions' : 'Messages';
}
