/** The fields of agentgateway's and Gateway API's resources that say how failures are met → what the data path goes by. */
import { compileExpression } from '../cel/compile.ts';
import { defaultBackoffMs, type HealthPolicy, type RetryPolicy } from '../resilience/model.ts';
import type { KubeObject } from '../resources/object.ts';
import { durationMs } from './durations.ts';

export interface HealthSpec {
  unhealthyCondition?: string;
  eviction?: {
    duration?: string;
    consecutiveFailures?: number;
    healthThreshold?: number;
    restoreHealth?: number;
  };
}

export interface RetrySpec {
  attempts?: number;
  backoff?: string;
  codes?: number[];
  condition?: string;
  precondition?: string;
}

/** The API's default for the length of an ejection. */
const defaultEviction = '3s';

export function compileHealth(spec: HealthSpec): { health: HealthPolicy } | { fault: string } {
  const { unhealthyCondition, eviction = {} } = spec;
  const fault = celFault('policies.health.unhealthyCondition', unhealthyCondition);
  if (fault !== undefined) return { fault };
  const { duration = defaultEviction, consecutiveFailures, healthThreshold, restoreHealth } = eviction;
  return {
    health: {
      ejectionMs: durationMs(duration),
      ...(unhealthyCondition !== undefined && { unhealthyCondition }),
      // 0 of either says as much as leaving it out.
      ...(consecutiveFailures && { consecutiveFailures }),
      ...(healthThreshold && { healthThreshold: healthThreshold / 100 }),
      ...(restoreHealth !== undefined && { restoreHealth: restoreHealth / 100 }),
    },
  };
}

/** A condition that does not compile must not become one that always or never holds: then nothing is tried again. */
export function compileRetry(spec: RetrySpec): { retry: RetryPolicy } | { fault: string } {
  const { attempts = 1, backoff, codes, condition, precondition } = spec;
  const fault = celFault('retry.condition', condition) ?? celFault('retry.precondition', precondition);
  if (fault !== undefined) return { fault: `${fault}; nothing is tried again` };
  return {
    retry: {
      retries: attempts,
      backoffMs: backoff === undefined ? defaultBackoffMs : durationMs(backoff),
      ...(codes !== undefined && codes.length > 0 && { codes }),
      ...(condition !== undefined && { condition }),
      ...(precondition !== undefined && { precondition }),
    },
  };
}

function celFault(place: string, source: string | undefined): string | undefined {
  if (source === undefined) return undefined;
  const compiled = compileExpression(source);
  return compiled.ok ? undefined : `${place} is not a valid CEL expression: ${source}: ${compiled.error}`;
}

/** Neither API has a field for the longest silence inside an answer, so it is an annotation of the backend. */
export const idleTimeoutAnnotation = 'tollgate.dev/idle-timeout';

export function idleTimeoutOf(backend: KubeObject): { idleTimeoutMs?: number } | { fault: string } {
  const text = backend.metadata.annotations?.[idleTimeoutAnnotation];
  if (text === undefined) return {};
  const idleTimeoutMs = /^(\d{1,5}(h|ms|m|s)){1,4}$/.test(text) ? durationMs(text) : 0;
  return idleTimeoutMs > 0
    ? { idleTimeoutMs }
    : { fault: `annotation ${idleTimeoutAnnotation}: "${text}" is not a duration such as 30s` };
}
