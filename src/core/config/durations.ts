/** Durations as the APIs write them: `1h30m`, `500ms` (GEP-2257, and Go's for agentgateway's resources). */

const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds; the schema has checked the form. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9.]+)(h|ms|m|s)/g))
    total += Number(amount) * units[unit!]!;
  return total;
}
