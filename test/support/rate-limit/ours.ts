/** Our rate limit service as a peer of the comparison, its clock standing at the time of the recorded call. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { watchConfigFiles } from '../../../src/config-files/watch.ts';
import { parseRateLimitConfig } from '../../../src/core/ratelimit/parse.ts';
import { Health } from '../../../src/rls/health.ts';
import { startRateLimitHttpServer } from '../../../src/rls/http-server.ts';
import { registerRateLimitMetrics } from '../../../src/rls/metrics.ts';
import { OverLimitMemory } from '../../../src/rls/over-limit-memory.ts';
import { startRateLimitServer } from '../../../src/rls/server.ts';
import { createEmbeddedRateLimitService } from '../../../src/rls/service.ts';
import { readRateLimitSettings } from '../../../src/rls/settings.ts';
import { Tallies } from '../../../src/rls/tallies.ts';
import type { CounterStore } from '../../../src/storage/counters.ts';
import { openSharedCounters } from '../../../src/storage/memory/shared-counters.ts';
import { RedisConnection } from '../../../src/storage/redis/connection.ts';
import { openRedisCounters } from '../../../src/storage/redis/counter-store.ts';
import { openCounterDump } from '../../../src/storage/sqlite/counter-dump.ts';
import { keysIn, writeFiles } from './original.ts';
import type { Peer, Recording, Scenario } from './scenario.ts';

/** Counts in `redisUrl`, or else in the embedded store (which has no expiry to tell). */
export async function startOurs(scenario: Scenario, redisUrl?: string): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-ours-'));
  let seconds = 0;
  const nowSeconds = () => seconds;
  const loaded = loadConfig(join(directory, 'config'), scenario);
  const settings = readRateLimitSettings(scenario.settings ?? {});
  const tallies = new Tallies();
  const registry = new Registry();
  const metrics = registerRateLimitMetrics(registry, tallies);
  metrics.configLoaded(loaded.ok);
  const config = () => (loaded.ok ? loaded.config : undefined);
  const health = new Health(() => loaded.ok || !settings.healthyWithConfigOnly);
  const store = redisUrl === undefined ? embeddedStore(directory, nowSeconds) : redisStore(redisUrl);
  const service = createEmbeddedRateLimitService({
    config,
    counters: store.counters,
    nowSeconds,
    options: settings.options,
    statistics: tallies,
    ...(settings.localCacheBytes > 0 && { memory: new OverLimitMemory(settings.localCacheBytes) }),
  });
  const where = { host: '127.0.0.1', port: 0 };
  const grpc = await startRateLimitServer({ ...where, service, health, onCall: metrics.call });
  const http = await startRateLimitHttpServer({ ...where, service, config, health });
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    rulesUrl: `http://127.0.0.1:${http.port}/rlconfig`,
    error: () => (loaded.ok ? undefined : loaded.error),
    metrics: () => registry.metrics(),
    keys: store.keys,
    setClock: (now) => {
      seconds = now;
    },
    close: async () => {
      await Promise.all([grpc.close(), http.close()]);
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function loadConfig(directory: string, { files, settings }: Scenario) {
  writeFiles(directory, files);
  const watch = watchConfigFiles(directory, () => {});
  const read = watch.read();
  watch.close();
  if (read.error !== undefined) return { ok: false as const, error: read.error };
  return parseRateLimitConfig(read.files, {
    mergeDomains: readRateLimitSettings(settings ?? {}).mergeDomains,
  });
}

interface Store {
  counters: CounterStore;
  keys(): Promise<Recording['keys']>;
  close(): Promise<void>;
}

function embeddedStore(directory: string, nowSeconds: () => number): Store {
  const dump = openCounterDump(join(directory, 'counters.db'));
  const counters = openSharedCounters({ directory: join(directory, 'journal'), dump, nowSeconds });
  return {
    counters: counters.peers,
    keys: async () =>
      Object.fromEntries(
        counters.store
          .list('')
          .map(({ key, windowStart, windowSeconds, value }): [string, { value: string; ttl: number }] => [
            `${key}${windowStart}`,
            { value: String(value), ttl: windowSeconds },
          ])
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    close: async () => counters.close(),
  };
}

function redisStore(url: string): Store {
  const common = { url, timeoutMs: 2_000, nowMs: Date.now };
  const counters = openRedisCounters({ ...common, expirationJitterSeconds: 0, random: () => 0 });
  const raw = new RedisConnection(common);
  return {
    counters,
    keys: () => keysIn(raw),
    close: async () => {
      await raw.send(['FLUSHALL']);
      raw.close();
      counters.close();
    },
  };
}
