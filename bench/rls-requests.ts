/** What the rate limit service's benchmarks ask. */
import type { RateLimitRequest } from '../src/core/ratelimit/model.ts';

export const benchYaml = `domain: d
descriptors:
- {key: user, rate_limit: {unit: day, requests_per_unit: 1000000000}}
- {key: tokens, rate_limit: {unit: hour, requests_per_unit: 1000000000}}
- {key: cost, rate_limit: {unit: month, requests_per_unit: 1000000000}}
`;

/** One descriptor for each key, of one of five thousand users: peers may make 16,384 counters. */
export function requestWith(keys: readonly string[], n: number): RateLimitRequest {
  const descriptors = keys.map((key) => ({ entries: [{ key, value: `user-${n % 5_000}` }] }));
  return { domain: 'd', descriptors };
}
