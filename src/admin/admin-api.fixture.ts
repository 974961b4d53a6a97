/** The admin API on a free port over a real registry, controller and ledger in a directory of its own. */
import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { applyObjects } from '../apiserver/apply-objects.ts';
import type { RegistryContext } from '../apiserver/registry/context.ts';
import { openRegistry } from '../apiserver/registry/registry.ts';
import { createEmbeddedResourceAccess } from '../apiserver/resource-access.ts';
import { createEmbeddedResourceSource } from '../apiserver/resource-source.ts';
import { demoObjects } from '../cli/demo-objects.ts';
import { ConfigurationInForce } from '../configuration-in-force.ts';
import { type Controller, startController } from '../controller/controller.ts';
import type { CompileSettings } from '../core/config/consequences.ts';
import { newKeyValue } from '../core/keys/key-value.ts';
import { mergeCatalogs, type PriceSource } from '../core/pricing/catalog.ts';
import type { RequestRecord } from '../core/record.ts';
import { allKinds } from '../core/resources/kinds.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { DataPlane } from '../data-plane.ts';
import { RecordFeed } from '../record-feed.ts';
import type { Hold, Holds } from '../storage/accounts.ts';
import type { CounterStore, CounterValue } from '../storage/counters.ts';
import type { DriftCheck } from '../storage/drift.ts';
import { openFileAdminTokens } from '../storage/files/admin-tokens.ts';
import { openFileUsers } from '../storage/files/users.ts';
import { openMemoryAdminSessions } from '../storage/memory/admin-sessions.ts';
import { createResourceStore } from '../storage/memory/resource-store.ts';
import type { PassDesk } from '../storage/passes.ts';
import type { ResourceStore } from '../storage/resource-store.ts';
import { openSqliteAuditLog } from '../storage/sqlite/audit-log.ts';
import { type LocalLedgerStore, openSqliteLedger } from '../storage/sqlite/ledger.ts';
import { openResourceStore } from '../storage/sqlite/resource-store.ts';
import type { Webhooks } from '../storage/webhooks.ts';
import type { AdminContext, InForce } from './context.ts';
import { type AdminServer, startAdminServer } from './server.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text. */
  // biome-ignore lint/suspicious/noExplicitAny: what came is what a test looks into.
  body: any;
}

export interface TestAdmin {
  server: AdminServer;
  url: string;
  token: string;
  ledger: LocalLedgerStore;
  counters: CounterValue[];
  holds: Hold[];
  logged: Record<string, unknown>[];
  clock: { nowMs: number };
  apply(...objects: KubeObject[]): Promise<void>;
  /** Of the core group. */
  list(kind: string): readonly KubeObject[];
  /** As the administrator, with the token, unless headers say otherwise. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A finished call, as the data path tells it. */
  tell(record: RequestRecord): void;
}

const model = (name: string, input: string) => ({
  anthropic: { models: { [name]: { rates: { input, output: '15' } } } },
});

const priceSources: readonly PriceSource[] = [
  {
    name: 'shipped',
    loadedAtMs: Date.UTC(2026, 10, 25),
    catalog: { version: 'test', providers: model('claude-sonnet-5', '3') },
  },
  {
    name: 'ConfigMap ns/ours',
    loadedAtMs: Date.UTC(2026, 10, 26),
    catalog: { providers: model('ours', '1') },
    error: 'is not JSON',
  },
];

export const gatewayNamespace = 'agentgateway-system';

interface World {
  registry: RegistryContext;
  compile: CompileSettings;
  inForce(): InForce;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** What takes the configuration into force, and counts. */
export interface Serving {
  plane: Pick<DataPlane, 'publish' | 'publishKeys'>;
  providerUrls?: Record<string, string>;
  counters?: CounterStore;
  passes?: PassDesk;
  gatewayHost?: string;
}

/** No ports are open; nobody calls. */
const nothingServes: Serving = { plane: { publish: async () => ({}), publishKeys: async () => undefined } };

/** Registry and controller, as `up` has them; nothing listens. */
async function openWorld(
  store: ResourceStore,
  clock: { nowMs: number },
  log: { error(fields: object, message: string): void },
  serving: Serving,
): Promise<World> {
  const registry = openRegistry({
    store,
    kinds: allKinds,
    now: () => new Date(clock.nowMs),
  });
  applyObjects(registry, demoObjects('sk-provider'));
  const source = createEmbeddedResourceSource(registry);
  await source.start();
  const inForce = new ConfigurationInForce();
  const { plane, providerUrls = {} } = serving;
  const controller: Controller = startController({
    source,
    ...inForce.publishing(
      plane,
      () => undefined,
      (sha256) => controller.findKey(sha256),
    ),
    compile: { sha256: (text) => hash('sha256', text), providerUrls, address: '127.0.0.1' },
    nowRfc3339: () => `${new Date(clock.nowMs).toISOString().slice(0, 19)}Z`,
    newKeyValue: () => newKeyValue(randomBytes),
    retryBindMs: 60_000,
    ownsObjects: true,
    log,
  });
  await controller.ready;
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await controller.settled();
  };
  return {
    registry,
    compile: controller.compiling,
    inForce: () => inForce.now,
    settled,
    stop: async () => {
      await controller.stop();
      await source.stop();
      store.close();
    },
  };
}

interface TestAdminOptions
  extends Pick<AdminContext, 'auditLog' | 'contents' | 'oidc' | 'loginKey' | 'consoleUrl' | 'retention'> {
  ledger?: false;
  /** All keys are, as with Postgres. */
  inMemory?: boolean;
  uiDir?: string;
  drift?: DriftCheck;
  serving?: Serving;
  webhooks?: Webhooks;
}

/** The walkthrough's example is applied. 2026-11-25T12:00:00Z. */
export async function startTestAdmin(t: TestContext, options: TestAdminOptions = {}): Promise<TestAdmin> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-admin-'));
  const clock = { nowMs: Date.UTC(2026, 10, 25, 12) };
  const logged: Record<string, unknown>[] = [];
  const log = logInto(logged);
  const { ledger: keptLedger, inMemory, serving = nothingServes, ...given } = options;
  const store = inMemory ? createResourceStore() : openResourceStore(dataDir);
  const world = await openWorld(store, clock, log, serving);
  const counters: CounterValue[] = [];
  const holds: Hold[] = [];
  const ledger = openSqliteLedger(join(dataDir, 'ledger.db'));
  const auditLog = openSqliteAuditLog(join(dataDir, 'audit.db'));
  const feed = new RecordFeed();
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    ...given,
    resources: createEmbeddedResourceAccess(world.registry),
    counters: serving.counters ?? counterStore(counters),
    ...(serving.passes && { passes: serving.passes }),
    compile: world.compile,
    gatewayHost: serving.gatewayHost ?? '127.0.0.1',
    holds: heldIn(holds),
    auditLog: given.auditLog ?? auditLog,
    ...whoComesIn(dataDir),
    ...(keptLedger !== false && { ledger }),
    prices: () => mergeCatalogs(priceSources.map(({ catalog }) => catalog)),
    priceSources: () => priceSources,
    inForce: world.inForce,
    settled: world.settled,
    onRecord: (listener) => feed.subscribe(listener),
    nowMs: () => clock.nowMs,
    randomBytes,
    log,
  });
  t.after(async () => {
    server.server.close();
    server.server.closeAllConnections();
    await world.stop();
    ledger.close();
    auditLog.close();
    rmSync(dataDir, { recursive: true });
  });
  const url = `http://127.0.0.1:${server.port}`;
  const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
  return {
    server,
    url,
    token,
    ledger,
    counters,
    holds,
    logged,
    clock,
    apply: async (...objects) => {
      applyObjects(world.registry, objects);
      await world.settled();
    },
    list: (kind) => createEmbeddedResourceAccess(world.registry).list('', kind),
    call: (method, path, body, headers = { authorization: `Bearer ${token}` }) =>
      send(url, method, path, body, headers),
    tell: (record) => feed.publish(record),
  };
}

function whoComesIn(dataDir: string) {
  return {
    adminTokens: openFileAdminTokens(join(dataDir, 'admin-tokens.json')),
    adminSessions: openMemoryAdminSessions(),
    users: openFileUsers(join(dataDir, 'users.json')),
  };
}

function logInto(logged: Record<string, unknown>[]) {
  return {
    info: (fields: object, message: string) => void logged.push({ ...fields, message }),
    error: (fields: object, message: string) => void logged.push({ ...fields, message, level: 'error' }),
  };
}

function counterStore(counters: CounterValue[]): CounterStore {
  const of = (prefix: string) => counters.filter(({ key }) => key.startsWith(prefix));
  return {
    add: () => [],
    list: of,
    reset: (prefix) => {
      const found = of(prefix);
      for (const counter of found) counter.value = 0;
      return found.length;
    },
  };
}

function heldIn(holds: Hold[]): Holds {
  return {
    list: (budget) => holds.filter((hold) => hold.budget === budget),
    release: (budget, id) => {
      const at = holds.findIndex((hold) => hold.budget === budget && hold.id === id);
      if (at >= 0) holds.splice(at, 1);
      return at >= 0;
    },
  };
}

async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** With headers that `fetch` does not let through, and a path that is sent as it is. */
export function rawGet(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host, port, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }));
    });
    call.on('error', reject);
    call.end();
  });
}
