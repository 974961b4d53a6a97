/** Calls of routes whose backends are chosen by the model that is asked for. */

import type { AiBackend } from '../core/config/snapshot.ts';
import type { Refusal } from '../core/errors.ts';
import { type AskedModel, askedModel } from '../core/llm/asked-model.ts';
import { FieldFault } from '../core/llm/fields.ts';
import { type ModelRoute, matchModel } from '../core/route/match-model.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { LlmRoute } from './llm-route.ts';

/** The route with the backend that serves the model, or why there is none. */
export function routeByModel(
  call: Call,
  route: LlmRoute,
  models: readonly ModelRoute[],
  body: string,
  deps: DataPathDependencies,
): LlmRoute | Refusal {
  let read: AskedModel;
  try {
    read = askedModel(route.routeType, route.path, body);
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    const { message: detail, path } = error.toFault();
    return { code: 'invalid_request', detail, path };
  }
  const { model: asked, fields } = read;
  call.context.askedModel = asked;
  const found = matchModel(models, asked, deps.random());
  if (found === undefined) return { code: 'model_not_found', detail: `no model "${asked}" is served here` };
  const backend = call.snapshot.backend(found.backend);
  if (backend?.type !== 'ai' || backend.refusal !== undefined)
    return {
      code: 'backend_not_found',
      cause: backend?.refusal ?? `no backend ${found.backend} for models`,
    };
  call.record.backend = backend.name;
  const parsed = fields && { text: body, fields };
  return { ...route, backend: stripped(backend, found, asked), parsed };
}

function stripped(backend: AiBackend, { stripPrefix }: ModelRoute, asked: string): AiBackend {
  if (stripPrefix === undefined || !asked.startsWith(stripPrefix)) return backend;
  const model = asked.slice(stripPrefix.length);
  const groups = backend.groups.map((group) =>
    group.map((target) => (target.model === undefined ? { ...target, model } : target)),
  );
  return { ...backend, groups };
}
