/** Hands the admin API of `tollgate up` what it works with. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { InForce } from './admin/context.ts';
import { type AdminServer, startAdminServer } from './admin/server.ts';
import type { Controller } from './controller/controller.ts';
import type { AdminState } from './open-admin-state.ts';
import type { RecordFeed } from './record-feed.ts';
import type { RunningPrices } from './start-prices.ts';
import type { Holds } from './storage/accounts.ts';
import type { CounterStore } from './storage/counters.ts';
import type { DriftCheck } from './storage/drift.ts';
import type { LedgerStore } from './storage/ledger.ts';
import type { ResourceAccess } from './storage/resource-access.ts';
import type { createLog } from './telemetry/log.ts';

/** The console's build. */
const uiDir = join(import.meta.dirname, '..', 'ui', 'dist');

export interface AdminParts extends AdminState {
  options: { listen: string; adminPort: number; dataDir: string };
  resources: ResourceAccess;
  controller: Controller;
  inForce(): InForce;
  feed: RecordFeed;
  counters: CounterStore;
  holds: Holds;
  ledger: LedgerStore;
  drift: DriftCheck;
  prices: RunningPrices;
  log: ReturnType<typeof createLog>;
}

export function startAdmin(parts: AdminParts): Promise<AdminServer> {
  const { options, controller, inForce, feed, prices, ...stores } = parts;
  return startAdminServer({
    host: options.listen,
    port: options.adminPort,
    dataDir: options.dataDir,
    ...(existsSync(join(uiDir, 'index.html')) ? { uiDir } : {}),
    ...stores,
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
