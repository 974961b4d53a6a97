/** The admin API over a data path that really serves: the walkthrough's routes, the sample provider, counters in shared memory. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { compileExpression } from '../../core/cel/compile.ts';
import { dialectError, translateRequest } from '../../core/llm/translate.ts';
import { createPrices } from '../../core/pricing/prices.ts';
import { takeFrom } from '../../core/ratelimit/token-bucket.ts';
import type { RequestRecord } from '../../core/record.ts';
import { compileRegex } from '../../linear-regex.ts';
import { readPriceList } from '../../price-list.ts';
import { createDataPath } from '../../proxy/data-path.ts';
import { startSampleProvider } from '../../sample-provider/server.ts';
import { createPassDesk, OneTimePasses } from '../../storage/memory/one-time-passes.ts';
import { openSharedCounters } from '../../storage/memory/shared-counters.ts';
import { SharedKeyReader, SharedKeyWriter } from '../../storage/memory/shared-keys.ts';
import { attachThreadStores } from '../../storage/memory/thread-stores.ts';
import type { PassDesk } from '../../storage/passes.ts';
import { openCounterDump } from '../../storage/sqlite/counter-dump.ts';
import { type Serving, startTestAdmin, type TestAdmin } from '../admin-api.fixture.ts';

export interface ServingAdmin extends TestAdmin {
  address: string;
  passes: PassDesk;
  records: RequestRecord[];
}

export interface Event {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what came is what a test looks into.
  data: any;
}

let next = 1;

/** Ports are fixed by the example, addresses are not. */
function ownAddress(): string {
  return `127.${100 + (process.pid % 100)}.${1 + (Math.floor(process.pid / 100) % 250)}.${next++}`;
}

export async function startServingAdmin(t: TestContext): Promise<ServingAdmin> {
  const address = ownAddress();
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-playground-'));
  const provider = await startSampleProvider({ host: address, port: 0, randomId: () => 'id' });
  const clock = { now: () => Date.UTC(2026, 10, 25, 12) };
  const nowMs = () => clock.now();
  const { counters, accounts } = openAccounts(directory, nowMs);
  const writer = new SharedKeyWriter();
  const sharedKeys = new SharedKeyReader(writer.handle);
  const known = new OneTimePasses(nowMs);
  const passes = createPassDesk({ randomBytes, nowMs, tell: async (pass) => known.add(pass) });
  const records: RequestRecord[] = [];
  const dataPath = createDataPath({
    host: address,
    sharing: 'alone',
    onRecords: (text) => {
      const finished = JSON.parse(text) as RequestRecord[];
      records.push(...finished);
      for (const record of finished) admin.tell(record);
    },
    translateRequest,
    dialectError,
    compileExpression,
    compileRegex,
    prices: createPrices(readPriceList()),
    accounts: {
      reserve: (request) => accounts.reserve(request),
      settle: (charges, entry) => {
        accounts.settle(charges, entry);
        void admin.ledger.append([JSON.parse(entry) as RequestRecord], []);
      },
    },
    passes: known,
    sharedKeys,
    buckets: { take: (take, seconds) => takeFrom(undefined, take, seconds).answer },
    rateLimitServiceFor: () => ({
      shouldRateLimit: () => ({ overallCode: 'OK', statuses: [], responseHeadersToAdd: [] }),
    }),
    chargeUndelivered: () => undefined,
    sleep: delay,
    nowMs,
    random: Math.random,
  });
  const serving: Serving = {
    plane: {
      publish: async (snapshot) => {
        const binds = await dataPath.apply(snapshot, []);
        return Object.fromEntries(binds.flatMap(({ port, error }) => (error ? [[port, error]] : [])));
      },
      publishKeys: async (changes) => {
        if (writer.apply(changes)) sharedKeys.use(writer.handle);
      },
    },
    providerUrls: { anthropic: provider.url },
    counters: counters.store,
    passes,
    gatewayHost: address,
  };
  const admin = await startTestAdmin(t, { serving, inMemory: true });
  clock.now = () => admin.clock.nowMs;
  t.after(async () => {
    await dataPath.stop(0);
    await provider.close();
    accounts.close();
    counters.close();
    rmSync(directory, { recursive: true });
  });
  return { ...admin, address, passes, records };
}

function openAccounts(directory: string, nowMs: () => number) {
  const nowSeconds = () => Math.floor(nowMs() / 1000);
  const dump = openCounterDump(join(directory, 'counters.db'));
  const counters = openSharedCounters({ directory, dump, nowSeconds });
  return { counters, accounts: attachThreadStores(counters.handle, 'worker-1', nowSeconds).accounts };
}

/** The events of a stream, in order. */
export function eventsIn(text: string): Event[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n');
      return { event: event.slice(7), data: JSON.parse(data.slice(6)) };
    });
}

export const said = (events: readonly Event[]) =>
  events.flatMap(({ event, data }) => (event === 'text' ? [data.text] : [])).join('');

export const lastCall = (events: readonly Event[]) => events.find(({ event }) => event === 'call')?.data;
