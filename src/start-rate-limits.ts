/** The rate limit service's edges: gRPC, HTTP, metrics, and the files it may be configured from. */
import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import type { UpOptions } from './cli/up-options.ts';
import { watchConfigFiles } from './config-files/watch.ts';
import type { RateLimitSources } from './core/config/rate-limit-config.ts';
import type { Snapshot } from './core/config/snapshot.ts';
import type { RateLimitConfig } from './core/ratelimit/model.ts';
import type { ChargeStanding, TallyBatch } from './core/ratelimit/statistics.ts';
import { sharedRateLimitCounters } from './rate-limit-counters.ts';
import { registerChargeMetrics } from './rls/charge-metrics.ts';
import { Health } from './rls/health.ts';
import { startRateLimitHttpServer } from './rls/http-server.ts';
import { registerRateLimitMetrics } from './rls/metrics.ts';
import { OverLimitMemory } from './rls/over-limit-memory.ts';
import { startRateLimitServer } from './rls/server.ts';
import { createEmbeddedRateLimitService } from './rls/service.ts';
import { readRateLimitSettings } from './rls/settings.ts';
import { Tallies } from './rls/tallies.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { CounterStore } from './storage/counters.ts';

export interface RateLimitParts {
  options: UpOptions;
  env: NodeJS.ProcessEnv;
  /** For peers of the service; the gateway's own calls count in the data path. */
  counters: CounterStore;
  /** Where the service's own metrics go. */
  metrics: Registry;
  nowSeconds: () => number;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  stack: ShutdownStack;
}

export interface RunningRateLimits {
  /** Counters that gateways share; absent where each has its own. */
  shared?: CounterStore;
  /** A snapshot that comes into force: its configuration, and what is wrong with its sources. */
  take(snapshot: Pick<Snapshot, 'rateLimits' | 'rateLimitErrors'>): void;
  /** For the compiler. */
  sources: () => RateLimitSources;
  /** What a data path thread counted. */
  addTallies(batch: TallyBatch): void;
  /** How the undelivered charges of a data path thread stand. */
  tellCharges(thread: string, charges: ChargeStanding): void;
  /** Set by whoever compiles: called when files have changed. */
  onFilesChanged: () => void;
}

export async function startRateLimits(parts: RateLimitParts): Promise<RunningRateLimits> {
  const { options, nowSeconds, log, stack } = parts;
  const shared = sharedRateLimitCounters(parts.env);
  if (shared !== undefined) stack.add(() => shared.close());
  const settings = readRateLimitSettings(parts.env);
  const tallies = new Tallies();
  const metrics = registerRateLimitMetrics(parts.metrics, tallies);
  let config: RateLimitConfig | undefined;
  const health = new Health(() => config !== undefined || !settings.healthyWithConfigOnly);
  const service = createEmbeddedRateLimitService({
    config: () => config,
    counters: shared?.counters ?? parts.counters,
    nowSeconds,
    options: settings.options,
    statistics: tallies,
    ...(settings.localCacheBytes > 0 && { memory: new OverLimitMemory(settings.localCacheBytes) }),
  });
  const { listen: host, ratelimitConfig: path } = options;
  const running: RunningRateLimits = {
    ...(shared && { shared: shared.counters }),
    take: loadReporter(log, metrics.configLoaded, (loaded) => {
      config = loaded;
      health.changed();
    }),
    sources: () => ({ mergeDomains: settings.mergeDomains }),
    addTallies: (batch) => tallies.add(batch),
    tellCharges: registerChargeMetrics(parts.metrics, Date.now),
    onFilesChanged: () => {},
  };
  if (path !== undefined) {
    const watch = watchConfigFiles(path, () => running.onFilesChanged());
    stack.add(() => watch.close());
    const place = `--ratelimit-config ${path}`;
    running.sources = () => ({ files: { place, ...watch.read() }, mergeDomains: settings.mergeDomains });
  }
  if (options.rlsHttpPort !== undefined) {
    const port = options.rlsHttpPort;
    const http = await startRateLimitHttpServer({ service, config: () => config, health, host, port });
    stack.add(() => http.close());
  }
  const tls = tlsOf(options);
  const grpc = await startRateLimitServer({
    service,
    host,
    port: options.rlsPort,
    health,
    onCall: metrics.call,
    ...(tls && { tls }),
  });
  stack.add(() => grpc.close());
  return running;
}

function tlsOf({ rlsTlsCert, rlsTlsKey, rlsTlsClientCa }: UpOptions) {
  if (rlsTlsCert === undefined && rlsTlsKey === undefined && rlsTlsClientCa === undefined) return undefined;
  if (rlsTlsCert === undefined || rlsTlsKey === undefined)
    throw new Error('--rls-tls-cert and --rls-tls-key go together');
  return {
    cert: readFileSync(rlsTlsCert, 'utf8'),
    key: readFileSync(rlsTlsKey, 'utf8'),
    ...(rlsTlsClientCa !== undefined && { clientCa: readFileSync(rlsTlsClientCa, 'utf8') }),
  };
}

/** Says once for each change what came of it: snapshots come for many reasons. */
function loadReporter(
  log: RateLimitParts['log'],
  configLoaded: (ok: boolean) => void,
  use: (config: RateLimitConfig | undefined) => void,
): RunningRateLimits['take'] {
  let lastConfig = '';
  let lastErrors = '';
  return ({ rateLimits, rateLimitErrors }) => {
    use(rateLimits);
    const config = rateLimits === undefined ? '' : JSON.stringify(rateLimits);
    const errors = rateLimitErrors.join('\n');
    if (errors !== lastErrors && errors !== '') {
      configLoaded(false);
      log.error({ errors: rateLimitErrors }, 'a rate limit configuration was refused');
    }
    if (config !== lastConfig && config !== '') {
      configLoaded(true);
      log.info({ domains: rateLimits!.domains.map(({ name }) => name) }, 'rate limit configuration in force');
    }
    lastConfig = config;
    lastErrors = errors;
  };
}
