/** The list of models that a backend is configured for, as `GET /v1/models` tells it. */
import type { ProviderTarget } from '../config/snapshot.ts';

export interface ListedModel {
  /** What a client asks for: the model itself, or an alias. */
  id: string;
  /** What is called then: keys are allowed or refused by this name. */
  serves: string;
  provider: string;
}

/** Empty when no target names a model: what can be asked for is then the provider's to say. */
export function configuredModels(targets: readonly ProviderTarget[]): ListedModel[] {
  const found = new Map<string, ListedModel>();
  for (const { model, modelAliases, provider } of targets) {
    const aliases = Object.entries(modelAliases).filter(([alias]) => !alias.includes('*'));
    const named: [string, string][] = model === undefined ? aliases : [[model, model]];
    for (const [id, serves] of named) if (!found.has(id)) found.set(id, { id, serves, provider });
  }
  return [...found.values()];
}

/** `{id}` of `…/models/{id}`, query or not; undefined where all models are asked for. */
export function modelInPath(pathAndQuery: string): string | undefined {
  const [, id] = /\/models\/([^?]+)/.exec(pathAndQuery) ?? [];
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** When a model came out is not known here; both APIs allow the epoch for that. */
const unknownDate = '1970-01-01T00:00:00Z';

/** Anthropic's clients name their API's version in each request; all others are taken for OpenAI's. */
export function encodeModels(
  models: readonly ListedModel[],
  headers: Readonly<Record<string, unknown>>,
): string {
  const data = models.map((model) => encoded(model, headers));
  if (!isAnthropic(headers)) return JSON.stringify({ object: 'list', data });
  const first_id = models[0]?.id ?? null;
  return JSON.stringify({ data, has_more: false, first_id, last_id: models.at(-1)?.id ?? null });
}

export function encodeModel(model: ListedModel, headers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(encoded(model, headers));
}

function isAnthropic(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['anthropic-version'] !== undefined;
}

function encoded({ id, provider }: ListedModel, headers: Readonly<Record<string, unknown>>): object {
  return isAnthropic(headers)
    ? { type: 'model', id, display_name: id, created_at: unknownDate }
    : { id, object: 'model', created: 0, owned_by: provider };
}
