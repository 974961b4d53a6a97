/**
 * What is known of one provider from the calls it was given: how busy, how fast, how healthy, and until when it is left out.
 * Values in, values out; times are Unix milliseconds.
 */
import type { HealthPolicy } from './model.ts';

export interface ProviderHealth {
  inFlight: number;
  /** Moving average of the time to an answer's head; 0 before the first answer. */
  latencyMs: number;
  latencyAtMs: number;
  /** Moving average of success, 1 at first. */
  health: number;
  consecutiveFailures: number;
  /** Ejections that count for the length of the next one. */
  ejections: number;
  ejectedUntilMs: number;
  /** The provider itself said when to come back: it is not asked before. */
  told: boolean;
}

export const unknownProvider: ProviderHealth = {
  inFlight: 0,
  latencyMs: 0,
  latencyAtMs: 0,
  health: 1,
  consecutiveFailures: 0,
  ejections: 0,
  ejectedUntilMs: 0,
  told: false,
};

/** Weight of the newest call in the averages. */
const alpha = 0.3;
/** A latency loses its say with this time constant, so that a provider that was slow is tried again. */
const latencyMemoryMs = 10_000;
const maxEjectionMs = 300_000;
/** A provider may say that it is closed for the day; a nonsensical date must not close it for ever. */
const maxToldMs = 3_600_000;
/** A provider that lived this many ejection times without another one has one of them forgiven. */
const forgivenAfter = 10;

export function isEjected(provider: ProviderHealth, nowMs: number): boolean {
  return provider.ejectedUntilMs > nowMs;
}

export function begun(provider: ProviderHealth): ProviderHealth {
  return { ...provider, inFlight: provider.inFlight + 1 };
}

/** Ended in a way that says nothing about the provider. */
export function ended(provider: ProviderHealth): ProviderHealth {
  return { ...provider, inFlight: Math.max(0, provider.inFlight - 1) };
}

/** `headMs`: from sending to the answer's head. Failures leave the latency alone: they tend to be fast. */
export function succeeded(provider: ProviderHealth, headMs: number, nowMs: number): ProviderHealth {
  const before = latencyNow(provider, nowMs);
  return {
    ...ended(provider),
    // Slower counts at once: a queue that builds up must not be averaged away.
    latencyMs: headMs > before ? headMs : alpha * headMs + (1 - alpha) * before,
    latencyAtMs: nowMs,
    health: alpha + (1 - alpha) * provider.health,
    consecutiveFailures: 0,
  };
}

/** `retryAfterMs`: how long the provider asked to be left alone. */
export function failed(
  provider: ProviderHealth,
  policy: HealthPolicy,
  retryAfterMs: number | undefined,
  nowMs: number,
): ProviderHealth {
  const after = {
    ...ended(provider),
    health: (1 - alpha) * provider.health,
    consecutiveFailures: provider.consecutiveFailures + 1,
  };
  if (retryAfterMs !== undefined && retryAfterMs > 0) return eject(after, policy, nowMs, retryAfterMs);
  // Calls that were under way when it was ejected tell nothing new.
  if (isEjected(provider, nowMs) || !isOutlier(after, policy)) return after;
  return eject(after, policy, nowMs, undefined);
}

function isOutlier({ consecutiveFailures, health }: ProviderHealth, policy: HealthPolicy): boolean {
  const { consecutiveFailures: limit, healthThreshold } = policy;
  if (limit === undefined && healthThreshold === undefined) return true;
  return (
    (limit !== undefined && consecutiveFailures >= limit) ||
    (healthThreshold !== undefined && health < healthThreshold)
  );
}

function eject(
  provider: ProviderHealth,
  policy: HealthPolicy,
  nowMs: number,
  toldMs: number | undefined,
): ProviderHealth {
  const health = policy.restoreHealth ?? provider.health;
  if (toldMs !== undefined) {
    const ejectedUntilMs = Math.max(provider.ejectedUntilMs, nowMs + Math.min(toldMs, maxToldMs));
    return { ...provider, health, ejectedUntilMs, told: true };
  }
  const lived = Math.max(0, nowMs - provider.ejectedUntilMs);
  const forgiven = Math.floor(lived / (policy.ejectionMs * forgivenAfter));
  const ejections = Math.max(0, provider.ejections - forgiven) + 1;
  const length = Math.min(policy.ejectionMs * 2 ** (ejections - 1), maxEjectionMs);
  return {
    ...provider,
    health,
    ejections,
    ejectedUntilMs: nowMs + Math.max(length, policy.ejectionMs),
    told: false,
  };
}

function latencyNow({ latencyMs, latencyAtMs }: ProviderHealth, nowMs: number): number {
  return latencyMs * Math.exp(-Math.max(0, nowMs - latencyAtMs) / latencyMemoryMs);
}

/** Lower is better: what waits there, how long each takes, how often it fails. The third power, as failures are fast and leave nothing waiting. */
export function loadOf(provider: ProviderHealth, nowMs: number): number {
  const latency = Math.max(1, latencyNow(provider, nowMs));
  return ((provider.inFlight + 1) * latency) / Math.max(0.01, provider.health ** 3);
}
