/** Composition of what is recorded of calls: their way from the data path into a store of its own, and how long they stay there. */
import { join } from 'node:path';
import { contentRetentionOf } from './core/config/retention.ts';
import type { CapturedCall } from './core/content/captured.ts';
import { ContentWriter } from './ledger/content-writer.ts';
import { RetentionKeeper } from './ledger/retention-keeper.ts';
import type { SharedPostgres } from './open-postgres.ts';
import { type ContentLoad, createContentLoad, takeOffLoad } from './proxy/content-outbox.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { ContentDesk, ContentStore } from './storage/content.ts';
import { openPostgresContent } from './storage/postgres/content.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import { openSqliteContent } from './storage/sqlite/content.ts';
import { openSecretCipher } from './storage/sqlite/secret-encryption.ts';
import { registerContentMetrics } from './telemetry/content-metrics.ts';
import type { GatewayMetrics } from './telemetry/metrics.ts';

interface Parts {
  options: { dataDir: string; contentDays?: number; ledgerDays?: number };
  env: NodeJS.ProcessEnv;
  postgres: SharedPostgres | undefined;
  metrics: GatewayMetrics;
  log: Record<'error' | 'info', (fields: object, message: string) => void>;
  stack: ShutdownStack;
}

export interface RunningContents {
  /** For the data path. */
  recording: { contentLoad: ContentLoad; onContent(captured: CapturedCall | undefined): void };
  /** From then on old contents are deleted. `source` must have started: what it does not know yet is not heeded. */
  keep(source: Pick<ResourceSource, 'list'>): ContentDesk;
}

/** Sealed with the key of Secrets; where a real cluster keeps those, the first start makes one here. */
export function startContents({ options, env, postgres, metrics, log, stack }: Parts): RunningContents {
  const { dataDir } = options;
  const ownKey = join(dataDir, 'encryption.key');
  const sharedKey = postgres && env['TOLLGATE_ENCRYPTION_KEY_FILE'];
  const cipher = openSecretCipher(sharedKey || ownKey, true);
  const store: ContentStore =
    postgres === undefined
      ? openSqliteContent(join(dataDir, 'content.db'), cipher)
      : openPostgresContent(postgres.connection, cipher);
  const contentLoad = createContentLoad();
  const writer = new ContentWriter({
    store,
    onTaken: (captured) => takeOffLoad(contentLoad, captured),
    log,
  });
  registerContentMetrics(metrics.registry, () => writer.tally());
  stack.add(() => store.close());
  stack.add(() => writer.stop());
  return {
    recording: { contentLoad, onContent: (captured) => writer.add(captured) },
    keep: (source) => {
      const setting = () => contentRetentionOf(options, source.list('', 'ConfigMap'));
      const retention = new RetentionKeeper({
        ...{ ledger: store, setting, nowMs: Date.now, log },
        what: 'contents of recorded calls',
      });
      stack.add(() => retention.stop());
      return {
        get: (id) => writer.get(id),
        isWaiting: (id) => writer.isWaiting(id),
        delete: (which, by, atMs) => writer.delete(which, by, atMs),
        extent: async (beforeMs) => store.extent(beforeMs),
        retention,
      };
    },
  };
}
