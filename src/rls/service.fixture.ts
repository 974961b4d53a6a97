/** A rate limit service over counters in a map, for tests: the clock stands still at 100. */
import type { RateLimitService } from '../core/ratelimit/model.ts';
import { parseRateLimitConfig } from '../core/ratelimit/parse.ts';
import { createEmbeddedRateLimitService } from './service.ts';

export function serviceFixture(yaml: string): RateLimitService {
  const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
  if (!parsed.ok) throw new Error(parsed.error);
  const { config } = parsed;
  const counters = new Map<string, number>();
  return createEmbeddedRateLimitService({
    config: () => config,
    nowSeconds: () => 100,
    counters: {
      add: (increments) =>
        increments.map(({ key, add }) => {
          counters.set(key, Math.max(0, (counters.get(key) ?? 0) + add));
          return counters.get(key)!;
        }),
      list: () => [],
      reset: () => 0,
    },
  });
}
