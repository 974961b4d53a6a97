/** Hands the admin API of `tollgate up` what it works with. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { InForce } from './admin/context.ts';
import { type AdminServer, startAdminServer } from './admin/server.ts';
import type { UpOptions } from './cli/up-options.ts';
import type { Controller } from './controller/controller.ts';
import type { DataPlane } from './data-plane.ts';
import { loginKey } from './login-key.ts';
import type { AdminState } from './open-admin-state.ts';
import type { RecordFeed } from './record-feed.ts';
import type { RunningPrices } from './start-prices.ts';
import type { Holds } from './storage/accounts.ts';
import type { ContentDesk } from './storage/content.ts';
import type { CounterStore } from './storage/counters.ts';
import type { DriftCheck } from './storage/drift.ts';
import type { LedgerStore } from './storage/ledger.ts';
import { createPassDesk } from './storage/memory/one-time-passes.ts';
import type { ResourceAccess } from './storage/resource-access.ts';
import type { Retention } from './storage/retention.ts';
import type { Webhooks } from './storage/webhooks.ts';
import type { createLog } from './telemetry/log.ts';

/** The console's build. */
const uiDir = join(import.meta.dirname, '..', 'ui', 'dist');

export interface AdminParts extends AdminState {
  options: Pick<UpOptions, 'listen' | 'adminPort' | 'dataDir' | 'consoleUrl' | 'oidc'>;
  resources: ResourceAccess;
  controller: Controller;
  inForce(): InForce;
  feed: RecordFeed;
  counters: CounterStore;
  /** Where gateways count failed logins together. */
  loginFailures?: Pick<CounterStore, 'add'>;
  holds: Holds;
  ledger: LedgerStore;
  drift: DriftCheck;
  webhooks: Webhooks;
  retention: Retention;
  contents: ContentDesk;
  prices: RunningPrices;
  plane: Pick<DataPlane, 'admit'>;
  log: ReturnType<typeof createLog>;
}

export function startAdmin(parts: AdminParts): Promise<AdminServer> {
  const { options, controller, inForce, feed, prices, plane, ...stores } = parts;
  return startAdminServer({
    host: options.listen,
    port: options.adminPort,
    dataDir: options.dataDir,
    ...(options.oidc && { oidc: options.oidc, loginKey: loginKey(options.dataDir, process.env) }),
    ...(options.consoleUrl !== undefined && { consoleUrl: options.consoleUrl }),
    ...(existsSync(join(uiDir, 'index.html')) ? { uiDir } : {}),
    ...stores,
    compile: controller.compiling,
    passes: createPassDesk({ randomBytes, nowMs: Date.now, tell: (pass) => plane.admit(pass) }),
    gatewayHost: reachable(options.listen),
    prices: prices.catalog,
    priceSources: prices.sources,
    inForce,
    settled: async () => {
      // The source tells the controller at the end of this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      await controller.settled();
    },
    onRecord: (listener) => feed.subscribe(listener),
    nowMs: Date.now,
    randomBytes,
  });
}

/** Who listens everywhere is reached at loopback. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
