/**
 * The annotation `tollgate.dev/models` of an HTTPRoute: its backends are chosen by the model that is asked for, not by weight.
 * JSON list of `{name, backend, weight?, listed?, stripPrefix?}`; `backend` is an AgentgatewayBackend of the same namespace.
 */
import type { KubeObject } from '../resources/object.ts';
import type { ModelRoute } from '../route/match-model.ts';
import type { BackendCompiler } from './backends.ts';

export const modelsAnnotation = 'tollgate.dev/models';

interface Entry {
  name: string;
  backend: string;
  weight?: number;
  listed?: boolean;
  stripPrefix?: string;
}

/** Undefined: the route says nothing of models. */
export function compileModelRoutes(
  object: KubeObject,
  backends: BackendCompiler,
): { models: ModelRoute[] } | { fault: string } | undefined {
  const text = object.metadata.annotations?.[modelsAnnotation];
  if (text === undefined) return undefined;
  const entries = parse(text);
  if (entries === undefined)
    return {
      fault: `annotation ${modelsAnnotation} must be a JSON list of objects with "name" and "backend"`,
    };
  const models: ModelRoute[] = [];
  for (const { name, backend, weight = 1, listed = true, stripPrefix } of entries) {
    const key = backends.agentgateway(object.metadata.namespace!, backend);
    if (key === undefined)
      return { fault: `annotation ${modelsAnnotation}: Backend not found: ${backend} (of model ${name})` };
    models.push({ name, backend: key, weight, listed, ...(stripPrefix !== undefined && { stripPrefix }) });
  }
  return { models };
}

function parse(text: string): Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(isEntry) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { name, backend, weight, listed, stripPrefix } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof backend === 'string' &&
    (weight === undefined || (typeof weight === 'number' && weight >= 0)) &&
    (listed === undefined || typeof listed === 'boolean') &&
    (stripPrefix === undefined || typeof stripPrefix === 'string')
  );
}
