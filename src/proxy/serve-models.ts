/** `GET /v1/models`: what the backend is configured for, as far as the caller's key goes. No provider is asked. */
import type { AiBackend } from '../core/config/snapshot.ts';
import { configuredModels, encodeModels, type ListedModel } from '../core/llm/models.ts';
import { mayUseModel } from '../core/policy/key-terms.ts';
import type { ModelRoute } from '../core/route/match-model.ts';
import type { Call } from './call.ts';
import { limitHeaders, sendWhole } from './send.ts';

/** False when the backend names no model: the provider's own list is asked for then. */
export function serveModels(call: Call, backend: AiBackend): boolean {
  const models = configuredModels(backend.groups.flat());
  return models.length > 0 && serve(call, models);
}

/** Of a route whose backends are chosen by model: the names that it lists. */
export function serveRoutedModels(call: Call, routes: readonly ModelRoute[]): boolean {
  const models = new Map<string, ListedModel>();
  for (const { name, listed, backend } of routes)
    if (listed && !name.includes('*'))
      models.set(name, { id: name, serves: name, provider: providerOf(call, backend) });
  return serve(call, [...models.values()]);
}

function serve(call: Call, models: readonly ListedModel[]): boolean {
  if (call.target.method !== 'GET' && call.target.method !== 'HEAD') return false;
  const shown = models.filter(({ serves }) => mayUseModel(call.context.terms, serves));
  const headers = { ...limitHeaders(call), 'content-type': 'application/json' };
  sendWhole(call, 200, headers, encodeModels(shown, call.target.headers));
  return true;
}

function providerOf(call: Call, name: string): string {
  const backend = call.snapshot.backend(name);
  return (backend?.type === 'ai' && backend.groups[0]?.[0]?.provider) || 'unknown';
}
