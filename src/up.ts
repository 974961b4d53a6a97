/** `tollgate up`: starts every edge, hands each what it needs, and ends them in the opposite order. */
import { hash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AdminServer } from './admin/server.ts';
import type { RegistryContext } from './apiserver/registry/context.ts';
import { createEmbeddedResourceAccess } from './apiserver/resource-access.ts';
import { createEmbeddedResourceSource } from './apiserver/resource-source.ts';
import { type ApiServer, startApiServer } from './apiserver/server.ts';
import { type DemoInfo, type StartInfo, startText } from './cli/start-text.ts';
import type { UpOptions } from './cli/up-options.ts';
import { clusterResources } from './cluster-source.ts';
import { ConfigurationInForce } from './configuration-in-force.ts';
import { type Controller, type ControllerOptions, startController } from './controller/controller.ts';
import { newKeyValue } from './core/keys/key-value.ts';
import { type DataPlane, type DataPlaneOptions, startDataPlane } from './data-plane.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { keepLedgerSmall } from './keep-ledger-small.ts';
import { compileRegex } from './linear-regex.ts';
import { type Budgets, openBudgets } from './open-budgets.ts';
import { leaderOnly, openResources } from './open-registry.ts';
import { auditTo, openStores } from './open-stores.ts';
import { RecordFeed } from './record-feed.ts';
import { applyDemo, type DemoProvider, demoStanding } from './run-demo.ts';
import { ShutdownStack } from './shutdown-stack.ts';
import { keepStandalone } from './standalone-file.ts';
import { startAdmin } from './start-admin.ts';
import { startAlerts } from './start-alerts.ts';
import { type RunningContents, startContents } from './start-contents.ts';
import { startMetrics } from './start-metrics.ts';
import { startOtlp } from './start-otlp.ts';
import { type RunningPrices, startPrices } from './start-prices.ts';
import { type RunningRateLimits, startRateLimits } from './start-rate-limits.ts';
import { createStandings, reportStandings } from './start-standings.ts';
import type { AuditLog } from './storage/audit-log.ts';
import { accessLogLine } from './telemetry/access-log.ts';
import { createLog } from './telemetry/log.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';
import { startMetricsServer, startReadyServer } from './telemetry/probe-servers.ts';

type Log = ReturnType<typeof createLog>;

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
  const { dataDir } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const log = createLog(process.stderr);
  const pending = new Set(['configuration', 'shared budgets']);
  const ready = await startReadyServer({ pending: () => [...pending] }, options.readyPort, options.listen);
  stack.add(() => closeServer(ready));

  // First: its lock keeps a second process from the data directory before anything is touched.
  const { registry, postgres, isLeader, whenCalled } = await openResources(options, process.env, log, stack);
  const stores = await openStores(dataDir, postgres, nowSeconds, log, stack);
  const { counters, ledger, auditLog } = stores;
  const budgets = openBudgets(process.env, counters, { nowSeconds, log, stack });
  const demo = await applyGiven(options, registry, log, stack);

  const base = { options, env: process.env, nowSeconds, log, stack };
  const feed = new RecordFeed();
  const inForce = new ConfigurationInForce();
  const { metrics, drift, configuration } = startMetrics({
    ...base,
    feed,
    stores,
    counters: budgets.counters,
    budgets: () => inForce.now.budgets,
  });
  budgets.observe(metrics);
  const { source, resources } = registry ? embedded(registry) : clusterResources(options.issueKeys, log);
  const told = leaderOnly(source, isLeader, 'Budget');
  const { alerts, webhooks } = startAlerts({ ...base, source: told, postgres, shared: budgets });
  const standings = createStandings(told, {
    ...{ feed, alerts, counters: budgets.counters },
    budgets: () => inForce.now.budgets,
  });
  await startOtlp({ ...base, feed, tracing: () => inForce.tracing });
  const limits = await startRateLimits({ ...base, counters: counters.peers, metrics: metrics.registry });
  const contents = startContents({ ...base, postgres, metrics });
  const shared = { counters: counters.handle, member: budgets.member, storedKeys: source.keys?.handle };
  const plane = startServing(options, { ...shared, ...contents.recording }, limits, feed, log, stack);
  await source.start();
  stack.add(() => source.stop());
  const kept = { drift, webhooks, ...keepSmall({ ...base, ledger, source }, contents) };
  const prices = startPrices({ ...base, source, metrics, use: plane.price });
  const controller: Controller = startController({
    source: leaderOnly(source, isLeader),
    ...inForce.publishing(plane, limits.take, (sha256) => controller.findKey(sha256)),
    compile: compileOptions(options, demo?.urls, limits, prices),
    nowRfc3339: () => `${new Date().toISOString().slice(0, 19)}Z`,
    newKeyValue: () => newKeyValue(randomBytes),
    retryBindMs,
    ownsObjects: registry !== undefined,
    log,
    outcome: configuration,
  });
  stack.add(() => controller.stop());
  limits.onFilesChanged = prices.onChanged = () => controller.recompile();
  whenCalled(() => controller.recompile());
  reportStandings(standings, log, stack);
  const failures = limits.shared && { loginFailures: limits.shared };
  const seen = { counters: budgets.counters, holds: budgets.holds(plane.holds), ...failures };
  const parts = { options, resources, controller, feed, prices, plane, log, ...kept, ...seen };
  const admin = await startAdmin({ ...stores, ...parts, inForce: () => inForce.now });
  stack.add(() => closeServer(admin.server));
  const api = await startApis(options, registry, metrics, auditLog, log, stack);
  await whenServing(controller, budgets, pending);
  await tellStart(options, api, admin, demo && demoStanding(counters, demo.kind, nowSeconds));
  await stopSignal();
  await stack.close();
}

/** Both know of retention from the configuration: it has been read. */
function keepSmall(ledgerParts: Parameters<typeof keepLedgerSmall>[0], contents: RunningContents) {
  return { retention: keepLedgerSmall(ledgerParts), contents: contents.keep(ledgerParts.source) };
}

function embedded(registry: RegistryContext): ReturnType<typeof clusterResources> {
  return {
    source: createEmbeddedResourceSource(registry),
    resources: createEmbeddedResourceAccess(registry),
  };
}

/** What the command line asks to be applied before anything is compiled. */
async function applyGiven(
  options: UpOptions,
  registry: RegistryContext | undefined,
  log: Log,
  stack: ShutdownStack,
): Promise<DemoProvider | undefined> {
  if (registry === undefined) return undefined;
  if (options.config !== undefined) await keepStandalone(options.config, registry, log, stack);
  return options.demo ? applyDemo(options, registry, stack) : undefined;
}

function compileOptions(
  options: UpOptions,
  demoUrls: Record<string, string> | undefined,
  limits: RunningRateLimits,
  { isPriced }: RunningPrices,
): ControllerOptions['compile'] {
  return {
    sha256: (text) => hash('sha256', text),
    providerUrls: { ...demoUrls, ...options.providerUrls },
    address: options.listen,
    rateLimitSources: () => limits.sources(),
    isPriced,
    compileRegex,
  };
}

/** The data path in its thread; its records become the access log, the metrics and statuses here. */
function startServing(
  options: UpOptions,
  shared: Pick<DataPlaneOptions, 'counters' | 'contentLoad' | 'onContent' | 'member' | 'storedKeys'>,
  limits: RunningRateLimits,
  feed: RecordFeed,
  log: Log,
  stack: ShutdownStack,
): DataPlane {
  const plane = startDataPlane({
    ...shared,
    workers: options.workers,
    host: options.listen,
    onRecords: (records) => {
      process.stdout.write(records.map(accessLogLine).join(''));
      for (const record of records) feed.publish(record);
    },
    onTallies: limits.addTallies,
    onCharges: limits.tellCharges,
    onCrash: (error) => {
      log.fatal({ error: error.stack }, 'the data path ended');
      process.exit(1);
    },
  });
  stack.add(() => plane.stop(graceMs));
  return plane;
}

async function startApis(
  options: UpOptions,
  registry: RegistryContext | undefined,
  metrics: GatewayMetrics,
  auditLog: AuditLog,
  log: Log,
  stack: ShutdownStack,
): Promise<ApiServer | undefined> {
  const api =
    registry === undefined ? undefined : await startEmbeddedApi(options, registry, auditLog, log, stack);
  const metricsServer = await startMetricsServer(metrics.registry, options.metricsPort, options.listen);
  stack.add(() => closeServer(metricsServer));
  return api;
}

async function startEmbeddedApi(
  options: UpOptions,
  registry: RegistryContext,
  auditLog: AuditLog,
  log: Log,
  stack: ShutdownStack,
): Promise<ApiServer> {
  const { dataDir, listen: host, apiPort: port } = options;
  const onError = (error: unknown) =>
    log.error({ error: String(error) }, 'the API server failed on a request');
  const audit = auditTo(auditLog, log);
  const api = await startApiServer({ registry, dataDir, port, host, onError, audit });
  stack.add(() => api.close());
  if (options.kubeconfig !== undefined) api.mergeKubeconfig(options.kubeconfig);
  return api;
}

async function tellStart(
  options: UpOptions,
  api: ApiServer | undefined,
  admin: AdminServer,
  demo: DemoInfo | undefined,
): Promise<void> {
  const info: StartInfo = {
    address: options.listen,
    // Started already: a store that is away now keeps nobody from the token.
    loginUrl: await admin.loginUrl().catch(() => admin.url),
    ...(api && { api: { url: api.url, kubeconfigPath: api.kubeconfigPath } }),
    ports: {
      metrics: options.metricsPort,
      ready: options.readyPort,
      rls: options.rlsPort,
    },
    ...(demo && { demo }),
  };
  process.stdout.write(startText(info));
}

async function whenServing(
  controller: Controller,
  budgets: Pick<Budgets, 'opened'>,
  pending: Set<string>,
): Promise<void> {
  const opened = budgets.opened().then(() => pending.delete('shared budgets'));
  await controller.ready;
  await controller.settled();
  pending.delete('configuration');
  await opened;
  giveBackMemory();
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
