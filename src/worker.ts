/** Composition root of a data path thread: joins the counters, serves the snapshots it is sent, posts records back. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createCloudAuth, systemRenewalClock } from './cloud/cloud-auth.ts';
import { compileExpression } from './core/cel/compile.ts';
import type { RateLimitTarget, Snapshot } from './core/config/snapshot.ts';
import { dialectError, translateRequest } from './core/llm/translate.ts';
import { mergeCatalogs } from './core/pricing/catalog.ts';
import { createPrices } from './core/pricing/prices.ts';
import { type RateLimitService, RateLimitUnavailable } from './core/ratelimit/model.ts';
import { compileRegex } from './linear-regex.ts';
import { readPriceList } from './price-list.ts';
import { type ContentLoad, ContentOutbox } from './proxy/content-outbox.ts';
import { chooseTransport } from './proxy/create-transport.ts';
import { createDataPath } from './proxy/data-path.ts';
import type { PortSharing } from './proxy/listeners.ts';
import type { FromWorker, ToWorker } from './proxy/messages.ts';
import { sharedRateLimitCounters } from './rate-limit-counters.ts';
import { createRateLimitClient, type RateLimitClient } from './rls/client.ts';
import { OverLimitMemory } from './rls/over-limit-memory.ts';
import { openPendingCharges } from './rls/pending-charges.ts';
import { createEmbeddedRateLimitService } from './rls/service.ts';
import { readRateLimitSettings } from './rls/settings.ts';
import { Tallies } from './rls/tallies.ts';
import { OneTimePasses } from './storage/memory/one-time-passes.ts';
import { attachSharedBuckets } from './storage/memory/shared-buckets.ts';
import type { CounterHandle } from './storage/memory/shared-counters.ts';
import { SharedKeyReader, type SharedKeysHandle } from './storage/memory/shared-keys.ts';
import { attachThreadStores } from './storage/memory/thread-stores.ts';
import { SqliteKeyReader } from './storage/sqlite/virtual-key-reader.ts';
import type { StoredKeysHandle } from './storage/stored-keys.ts';
import { readOtelSettings } from './telemetry/otel-settings.ts';
import { openThreadAccounts, type SharedBudgetsMember } from './thread-accounts.ts';
import { createWallClock } from './wall-clock.ts';

export interface WorkerInput {
  counters: CounterHandle;
  buckets: SharedArrayBuffer;
  keys: SharedKeysHandle | StoredKeysHandle;
  /** Names the thread's journal. */
  name: string;
  /** How much of recorded calls waits to be stored. */
  contentLoad: ContentLoad;
  host: string;
  sharing: PortSharing;
  /** Budgets are shared with other processes. */
  member?: SharedBudgetsMember;
}

const input = workerData as WorkerInput;
const port = parentPort!;
const nowMs = createWallClock(Date.now, () => performance.now());
const nowSeconds = () => Math.floor(Date.now() / 1000);
const post = (message: FromWorker) => port.postMessage(message);

let current: Snapshot | undefined;
const tallies = new Tallies();
const settings = readRateLimitSettings(process.env);
const stores = attachThreadStores(input.counters, input.name, nowSeconds);
const shared = sharedRateLimitCounters(process.env);
const embedded = createEmbeddedRateLimitService({
  config: () => current?.rateLimits,
  counters: shared?.counters ?? stores.counters,
  nowSeconds,
  options: settings.options,
  statistics: tallies,
  ...(settings.localCacheBytes > 0 && { memory: new OverLimitMemory(settings.localCacheBytes) }),
});
const tallyMs = 1_000;
const telling = setInterval(tell, tallyMs);

function tell(): void {
  const drained = tallies.drain();
  if (drained !== undefined) post({ type: 'tallies', tallies: drained });
  const standing = charges.standing();
  if (standing.waiting + standing.delivered > 0) post({ type: 'charges', charges: standing });
}

/** One connection per address set, kept while the thread lives: services of a configuration are few. */
const clients = new Map<string, RateLimitClient>();
const rateLimitDeadlineMs = 2_000;

function rateLimitServiceFor(target: RateLimitTarget): RateLimitService {
  if (target.type === 'embedded') return embedded;
  if (target.type === 'unavailable') throw new RateLimitUnavailable(target.reason);
  const id = `${target.tls} ${target.addresses.join()}`;
  let client = clients.get(id);
  if (client === undefined) {
    client = createRateLimitClient({
      addresses: target.addresses,
      tls: target.tls,
      deadlineMs: rateLimitDeadlineMs,
    });
    clients.set(id, client);
  }
  return client;
}

/** Left behind by threads of a run with more `--workers`. */
function chargeFilesOfOthers(): string[] {
  const { directory } = input.counters;
  return readdirSync(directory)
    .filter((name) => /^charges-worker-\d+\.jsonl$/.test(name) && name !== `charges-${input.name}.jsonl`)
    .map((name) => join(directory, name));
}

const charges = openPendingCharges({
  path: join(input.counters.directory, `charges-${input.name}.jsonl`),
  adopt: input.sharing === 'alone' ? chargeFilesOfOthers() : [],
  serviceFor: rateLimitServiceFor,
  nowMs,
});
const redeliverMs = 5_000;
const redelivery = setInterval(() => void charges.deliver(), redeliverMs);

const accounts = openThreadAccounts(process.env, stores.accounts, input.name, input.member);
const shipped = readPriceList();
let prices = createPrices(shipped);
const cloudAuth = createCloudAuth(systemRenewalClock(nowMs));
const { traces } = readOtelSettings(process.env);
const passes = new OneTimePasses(nowMs);
const outbox = new ContentOutbox(input.contentLoad, (captured) =>
  post({ type: 'content', ...(captured && { captured }) }),
);
const storedKeys = 'path' in input.keys ? new SqliteKeyReader(input.keys) : undefined;
const sharedKeys = 'path' in input.keys ? undefined : new SharedKeyReader(input.keys);
const dataPath = createDataPath({
  passes,
  prices: {
    get version() {
      return prices.version;
    },
    cost: (provider, model, usage) => prices.cost(provider, model, usage),
    bound: (provider, model, media) => prices.bound(provider, model, media),
  },
  ...(traces && { traceSampler: traces.sampler }),
  cloudAuth,
  accounts,
  buckets: attachSharedBuckets(input.buckets),
  sharedKeys: storedKeys ?? sharedKeys!,
  sharing: input.sharing,
  sleep: delay,
  translateRequest,
  dialectError,
  compileExpression,
  compileRegex,
  rateLimitServiceFor,
  chargeUndelivered: (target, request) => charges.keep(target, request),
  nowMs,
  random: Math.random,
  host: input.host,
  createTransport: await chooseTransport(process.env),
  onRecords: (records) => post({ type: 'records', records }),
  onContent: (captured) => outbox.add(captured),
});

port.on('message', async (message: ToWorker) => {
  if (message.type === 'snapshot') {
    current = message.snapshot;
    const binds = await dataPath.apply(message.snapshot, message.closed);
    post({ type: 'applied', generation: message.snapshot.generation, binds });
    return;
  }
  if (message.type === 'list-holds') {
    const { question, budget } = message;
    post({ type: 'holds', question, holds: await dataPath.holds.list(budget) });
    return;
  }
  if (message.type === 'release-hold') {
    const { question, budget, id } = message;
    post({ type: 'released', question, done: await dataPath.holds.release(budget, id) });
    return;
  }
  if (message.type === 'keys') {
    sharedKeys?.use(message);
    post({ type: 'keys-in-use', version: message.version });
    return;
  }
  if (message.type === 'pass') {
    passes.add(message.pass);
    post({ type: 'pass-known', question: message.question });
    return;
  }
  if (message.type === 'prices') {
    prices = createPrices(mergeCatalogs([shipped, message.catalog]));
    return;
  }
  await dataPath.stop(message.graceMs);
  clearInterval(redelivery);
  clearInterval(telling);
  tell();
  for (const client of clients.values()) client.close();
  cloudAuth.stop();
  shared?.close();
  storedKeys?.close();
  await accounts.close();
  post({ type: 'stopped' });
  port.close();
});
