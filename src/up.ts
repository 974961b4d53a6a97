/** `tollgate up`: starts every edge, hands each what it needs, and ends them in the opposite order. */
import { hash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AdminOptions, startAdminServer } from './admin/server.ts';
import { AlertSender } from './alerts/alert-sender.ts';
import { applyObjects } from './apiserver/apply-objects.ts';
import { openRegistry } from './apiserver/registry/registry.ts';
import { createEmbeddedResourceSource } from './apiserver/resource-source.ts';
import { type ApiServer, startApiServer } from './apiserver/server.ts';
import { demoDomain, demoObjects } from './cli/demo-objects.ts';
import { type DemoInfo, type StartInfo, startText } from './cli/start-text.ts';
import type { UpOptions } from './cli/up-options.ts';
import { type Controller, startController } from './controller/controller.ts';
import { StandingReporter } from './controller/standing-reporter.ts';
import { heldPrefix, usedPrefix } from './core/budget/counter-keys.ts';
import type { Budget } from './core/budget/model.ts';
import { newKeyValue } from './core/keys/key-value.ts';
import type { RequestRecord } from './core/record.ts';
import { allKinds } from './core/resources/kinds.ts';
import { type DataPlane, startDataPlane } from './data-plane.ts';
import { loadClusterAccess } from './kube/kubeconfig.ts';
import { createClusterResourceSource } from './kube/resource-source.ts';
import { openStores } from './open-stores.ts';
import { startSampleProvider } from './sample-provider/server.ts';
import { ShutdownStack } from './shutdown-stack.ts';
import { type RunningRateLimits, startRateLimits } from './start-rate-limits.ts';
import type { SharedCounters } from './storage/memory/shared-counters.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import { openResourceStore } from './storage/sqlite/resource-store.ts';
import { accessLogLine } from './telemetry/access-log.ts';
import { createLog } from './telemetry/log.ts';
import { GatewayMetrics } from './telemetry/metrics.ts';
import { startMetricsServer, startReadyServer } from './telemetry/probe-servers.ts';

type Log = ReturnType<typeof createLog>;
type Registry = ReturnType<typeof openRegistry>;

const reportMs = 2_000;
const graceMs = 10_000;
const retryBindMs = 3_000;
const nowSeconds = () => Math.floor(Date.now() / 1000);

export async function up(options: UpOptions): Promise<void> {
  const stack = new ShutdownStack();
  try {
    await start(options, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function start(options: UpOptions, stack: ShutdownStack): Promise<void> {
  const { dataDir, listen } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const log = createLog(process.stderr);
  const pending = new Set(['configuration']);
  const ready = await startReadyServer({ pending: () => [...pending] }, options.readyPort, listen);
  stack.add(() => closeServer(ready));

  // First: its lock keeps a second process from the data directory before anything is touched.
  const registry = options.cluster ? undefined : openEmbeddedRegistry(dataDir, stack);
  const { counters, ledger } = await openStores(dataDir, nowSeconds, log, stack);
  const demo = options.demo && registry ? await applyDemo(options, registry, stack) : undefined;

  const metrics = new GatewayMetrics();
  const source = registry === undefined ? clusterSource(log) : createEmbeddedResourceSource(registry);
  let budgets: readonly Budget[] = [];
  const standings = createReporter(source, counters, () => budgets, dataDir, log);
  const { registry: metricsRegistry } = metrics;
  const limits = await startRateLimits({
    options,
    env: process.env,
    counters: counters.store,
    registry: metricsRegistry,
    nowSeconds,
    log,
    stack,
  });
  const plane = startServing(
    options,
    counters,
    limits,
    (record) => {
      metrics.observe(record);
      standings.observe(record);
    },
    log,
    stack,
  );
  await source.start();
  stack.add(() => source.stop());
  const controller = startController({
    source,
    publish: (snapshot) => {
      ({ budgets } = snapshot);
      limits.take(snapshot);
      return plane.publish(snapshot);
    },
    compile: {
      sha256: (text) => hash('sha256', text),
      providerUrls: { ...demo?.urls, ...options.providerUrls },
      address: listen,
      rateLimitSources: () => limits.sources(),
    },
    nowRfc3339: () => `${new Date().toISOString().slice(0, 19)}Z`,
    newKeyValue: () => newKeyValue(randomBytes),
    retryBindMs,
    ownsObjects: registry !== undefined,
    log,
  });
  stack.add(() => controller.stop());
  limits.onFilesChanged = () => controller.recompile();
  reportStandings(standings, log, stack);
  const api = await startApis(options, registry, { counters: counters.store, ledger }, metrics, log, stack);
  await whenServing(controller, pending);
  process.stdout.write(startText(startInfo(options, api, demo && demoStanding(counters, demo.kind))));
  await stopSignal();
  await stack.close();
}

/** The data path in its thread; its records become the access log, the metrics and statuses here. */
function startServing(
  options: UpOptions,
  counters: SharedCounters,
  limits: RunningRateLimits,
  observe: (record: RequestRecord) => void,
  log: Log,
  stack: ShutdownStack,
): DataPlane {
  const plane = startDataPlane({
    counters: counters.handle,
    name: 'worker-1',
    host: options.listen,
    onRecords: (records) => {
      process.stdout.write(records.map(accessLogLine).join(''));
      records.forEach(observe);
    },
    onTallies: limits.addTallies,
    onCrash: (error) => {
      log.fatal({ error: error.stack }, 'the data path ended');
      process.exit(1);
    },
  });
  stack.add(() => plane.stop(graceMs));
  return plane;
}

function createReporter(
  source: ResourceSource,
  counters: SharedCounters,
  budgets: () => readonly Budget[],
  dataDir: string,
  log: Log,
): StandingReporter {
  const alerts = new AlertSender({
    path: join(dataDir, 'alerts.json'),
    secret: (namespace, name) =>
      source
        .list('', 'Secret')
        .find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    fetch,
    nowMs: Date.now,
    log,
  });
  return new StandingReporter({
    source,
    budgets,
    counters: () => [...counters.store.list(usedPrefix), ...counters.store.list(heldPrefix)],
    onStandings: (known, standings) => alerts.send(known, standings),
    nowMs: Date.now,
  });
}

function reportStandings(standings: StandingReporter, log: Log, stack: ShutdownStack): void {
  const timer = setInterval(() => {
    standings
      .report()
      .catch((error) => log.error({ error: String(error) }, 'statuses of budgets could not be written'));
  }, reportMs);
  stack.add(() => clearInterval(timer));
}

async function startApis(
  options: UpOptions,
  registry: Registry | undefined,
  stores: Pick<AdminOptions, 'counters' | 'ledger'>,
  metrics: GatewayMetrics,
  log: Log,
  stack: ShutdownStack,
): Promise<ApiServer | undefined> {
  const { dataDir, listen: host } = options;
  const api = registry === undefined ? undefined : await startEmbeddedApi(options, registry, log, stack);
  const admin = await startAdminServer({ host, port: options.adminPort, dataDir, ...stores, log });
  stack.add(() => closeServer(admin));
  const metricsServer = await startMetricsServer(metrics.registry, options.metricsPort, host);
  stack.add(() => closeServer(metricsServer));
  return api;
}

async function startEmbeddedApi(
  options: UpOptions,
  registry: Registry,
  log: Log,
  stack: ShutdownStack,
): Promise<ApiServer> {
  const { dataDir, listen: host, apiPort: port } = options;
  const onError = (error: unknown) =>
    log.error({ error: String(error) }, 'the API server failed on a request');
  const api = await startApiServer({ registry, dataDir, port, host, onError });
  stack.add(() => api.close());
  if (options.kubeconfig !== undefined) api.mergeKubeconfig(options.kubeconfig);
  return api;
}

function openEmbeddedRegistry(dataDir: string, stack: ShutdownStack): Registry {
  const store = openResourceStore(dataDir);
  stack.add(() => store.close());
  return openRegistry({ store, kinds: allKinds, now: () => new Date() });
}

/** What the compiler reads, and so what a real cluster is watched for. */
const watchedKinds = new Set([
  'Namespace',
  'Secret',
  'ConfigMap',
  'Service',
  'EndpointSlice',
  'GatewayClass',
  'Gateway',
  'HTTPRoute',
  'ReferenceGrant',
  'AgentgatewayBackend',
  'AgentgatewayPolicy',
  'VirtualKey',
  'Budget',
]);

function clusterSource(log: Log): ResourceSource {
  return createClusterResourceSource({
    access: loadClusterAccess(process.env),
    kinds: allKinds.filter(({ kind }) => watchedKinds.has(kind)),
    log,
    random: Math.random,
  });
}

function startInfo(options: UpOptions, api: ApiServer | undefined, demo: DemoInfo | undefined): StartInfo {
  return {
    address: options.listen,
    ...(api && { api: { url: api.url, kubeconfigPath: api.kubeconfigPath } }),
    ports: {
      admin: options.adminPort,
      metrics: options.metricsPort,
      ready: options.readyPort,
      rls: options.rlsPort,
    },
    ...(demo && { demo }),
  };
}

async function whenServing(controller: Controller, pending: Set<string>): Promise<void> {
  await controller.ready;
  await controller.settled();
  pending.delete('configuration');
}

interface DemoProvider {
  kind: DemoInfo['provider'];
  urls: Record<string, string>;
}

/** With ANTHROPIC_API_KEY the real provider answers; else the sample one, unless another URL stands in for it. */
async function applyDemo(
  options: UpOptions,
  registry: Registry,
  stack: ShutdownStack,
): Promise<DemoProvider> {
  const credential = process.env['ANTHROPIC_API_KEY']?.trim();
  applyObjects(registry, demoObjects(credential || 'sk-sample-provider'));
  if (credential) return { kind: 'anthropic', urls: {} };
  if (options.providerUrls['anthropic'] !== undefined) return { kind: 'sample', urls: {} };
  const sample = await startSampleProvider({
    host: options.listen,
    port: 0,
    randomId: () => hash('sha256', String(Math.random())).slice(0, 24),
  });
  stack.add(() => sample.close());
  return { kind: 'sample', urls: { anthropic: sample.url } };
}

function demoStanding(counters: SharedCounters, provider: DemoInfo['provider']): DemoInfo {
  const [mike] = counters.store.list(`${demoDomain}_user_id_mike_`);
  const now = nowSeconds();
  const daySeconds = 86_400;
  return { provider, mikeUsed: mike?.value ?? 0, resetsAtSeconds: now - (now % daySeconds) + daySeconds };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function closeServer(server: { close(done: () => void): void; closeAllConnections(): void }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
