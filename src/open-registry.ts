/** The embedded API's resources: in the data directory, or in a Postgres that several gateways share. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RegistryContext } from './apiserver/registry/context.ts';
import { openRegistry } from './apiserver/registry/registry.ts';
import { allKinds } from './core/resources/kinds.ts';
import type { KubeObject } from './core/resources/object.ts';
import { openPostgres, type SharedPostgres } from './open-postgres.ts';
import type { ShutdownStack } from './shutdown-stack.ts';
import type { Inherited } from './storage/postgres/copy-resources.ts';
import { Leadership } from './storage/postgres/leadership.ts';
import {
  openPostgresResourceStore,
  type PostgresResourceOptions,
} from './storage/postgres/resource-store.ts';
import { nowAndThen, type Progress } from './storage/progress.ts';
import { isVirtualKey, pagesOf } from './storage/resource-pages.ts';
import type { ResourceSource } from './storage/resource-source.ts';
import type { ResourceStore } from './storage/resource-store.ts';
import { lockDirectory, openResourceStore } from './storage/sqlite/resource-store.ts';
import { StoreUnavailable } from './storage/store-unavailable.ts';
import type { StoredKeys } from './storage/stored-keys.ts';

interface Resources {
  /** Absent when a real cluster holds the resources. */
  registry?: RegistryContext;
  /** Whether this gateway writes statuses and what belongs to Gateways: of several that share resources one does. */
  isLeader(): boolean;
  /** `tell` is called when statuses may have to be written that were not. */
  whenCalled(tell: () => void): void;
}

type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;

const retryMs = 1_000;

const registryOver = (store: ResourceStore) =>
  openRegistry({ store, kinds: allKinds, now: () => new Date() });

/** Locks the data directory first, before anything is touched. */
export async function openResources(
  { cluster, dataDir }: { cluster: boolean; dataDir: string },
  env: NodeJS.ProcessEnv,
  log: Log,
  stack: ShutdownStack,
): Promise<Resources & { postgres: SharedPostgres | undefined }> {
  stack.add(lockDirectory(dataDir));
  const postgres = await openPostgres(env, dataDir, log, stack);
  if (postgres !== undefined) {
    if (cluster) return { postgres, ...(await startLeadership(postgres, stack)) };
    return { postgres, ...(await openSharedResources(postgres, dataDir, env, log, stack)) };
  }
  const alone = { postgres, isLeader: () => true, whenCalled: () => {} };
  if (cluster) return alone;
  const store = openResourceStore(dataDir, { progress: tellConversion(log) });
  stack.add(() => store.close());
  return { ...alone, registry: registryOver(store) };
}

type Speaking = Pick<Resources, 'isLeader' | 'whenCalled'> & { call(): void };

async function startLeadership(
  { connection, replica }: SharedPostgres,
  stack: ShutdownStack,
): Promise<Speaking> {
  let called = () => {};
  const leadership = new Leadership(connection, replica, () => called());
  await leadership.start();
  stack.add(() => leadership.stop());
  return {
    isLeader: () => leadership.isLeader(),
    whenCalled: (tell) => {
      called = tell;
    },
    call: () => called(),
  };
}

async function openSharedResources(
  postgres: SharedPostgres,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  log: Log,
  stack: ShutdownStack,
): Promise<Resources> {
  let speaking: Speaking | undefined;
  const store = await openSharedStore(dataDir, log, {
    connection: postgres.connection,
    keyPath: env['TOLLGATE_ENCRYPTION_KEY_FILE'] || join(dataDir, 'encryption.key'),
    speaks: () => speaking?.isLeader() ?? false,
    onFault: (fault) => {
      if (fault !== undefined)
        log.error(
          { error: fault.message },
          'resources stay as they are: they can be neither followed nor changed',
        );
      else log.info({}, 'resources are followed again');
      if (fault === undefined) speaking?.call();
    },
  });
  stack.add(() => store.close());
  const registry = await store.write(() => registryOver(store));
  speaking = await startLeadership(postgres, stack);
  return { registry, ...speaking };
}

/** Waits for the server as long as it takes; what was copied before it went away is not copied again. */
async function openSharedStore(
  dataDir: string,
  log: Log,
  options: Omit<PostgresResourceOptions, 'directory'>,
): Promise<ResourceStore> {
  const inherited = inheritedFrom(dataDir, log);
  for (;;) {
    try {
      return await openPostgresResourceStore({
        ...options,
        directory: dataDir,
        inherited: inherited.take,
        onThrownAway: (why) => log.warn({ why }, 'the copy of the keys in Postgres is made anew'),
        progress: {
          toServer: (done, all) => log.info({ done, all }, 'resources are copied to Postgres'),
          fromServer: (done, all) => log.info({ done, all }, 'keys are copied from Postgres'),
        },
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      log.warn({ error: error.message }, 'waiting for Postgres');
      await delay(retryMs);
    } finally {
      inherited.end();
    }
  }
}

/** What was in the data directory when Postgres was first named goes with it. */
function inheritedFrom(dataDir: string, log: Log): { take(): Inherited | undefined; end(): void } {
  let local: ResourceStore | undefined;
  return {
    take: () => {
      if (!existsSync(join(dataDir, 'resources.db'))) return undefined;
      local = openResourceStore(dataDir, { progress: tellConversion(log) });
      const others = allKinds
        .filter((kind) => !isVirtualKey(kind))
        .flatMap(({ group, kind }) => local!.list(group, kind));
      const keys = local.keys!;
      const count = others.length + keys.find({ nowMs: 0 }, byName, { offset: 0, limit: 0 }).total;
      log.info({ objects: count }, 'resources are copied from the data directory to Postgres');
      return { count, objects: both(others, keys) };
    },
    end: () => {
      local?.close();
      local = undefined;
    },
  };
}

const byName = { by: 'name', descending: false } as const;

function* both(others: readonly KubeObject[], keys: StoredKeys): Iterable<KubeObject> {
  yield* others;
  for (const page of pagesOf(keys)) yield* page;
}

function tellConversion(log: Log): Progress {
  return nowAndThen(
    (done, all) => log.info({ done, all }, 'keys of an older data directory are converted'),
    () => performance.now(),
  );
}

/** What a part of this gateway sees and writes: of several that see the same, only the leader's writes (of one kind) happen. */
export function leaderOnly(
  source: ResourceSource,
  isLeader: () => boolean,
  onlyKind?: string,
): ResourceSource {
  const may = (kind: string) => isLeader() || (onlyKind !== undefined && kind !== onlyKind);
  return {
    ...(source.keys && { keys: source.keys }),
    start: () => source.start(),
    stop: () => source.stop(),
    list: (group, kind) => source.list(group, kind),
    get: (ref) => source.get(ref),
    onChange: (listener) => source.onChange(listener),
    writeStatus: async (object, status) => {
      if (may(object.kind)) await source.writeStatus(object, status);
    },
    ...(source.writeStatuses && {
      writeStatuses: async (writes) => {
        await source.writeStatuses?.(writes.filter(({ object }) => may(object.kind)));
      },
    }),
    ensure: async (object) => {
      if (may(object.kind)) await source.ensure(object);
    },
    remove: async (ref) => {
      if (may(ref.kind)) await source.remove(ref);
    },
  };
}
