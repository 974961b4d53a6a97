/** A data path in this process: real sockets on both sides, stores that remember what they were told. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';
import { compileExpression } from '../core/cel/compile.ts';
import type { Credential } from '../core/config/credential.ts';
import type { Backend, ProviderTarget, RouteRule, Snapshot } from '../core/config/snapshot.ts';
import { dialectError, translateRequest } from '../core/llm/translate.ts';
import { createPrices } from '../core/pricing/prices.ts';
import type { RateLimitRequest, RateLimitResponse } from '../core/ratelimit/model.ts';
import { takeFrom } from '../core/ratelimit/token-bucket.ts';
import type { RequestRecord } from '../core/record.ts';
import { compileRegex } from '../linear-regex.ts';
import { createDataPath, type DataPathOptions } from './data-path.ts';

export interface World {
  port: number;
  /** Ledger entries, one for each settlement. */
  entries: RequestRecord[];
  /** Tokens charged to the rate limit service; checks are not among them. */
  charged: number[];
  /** What could not be charged. */
  undelivered: RateLimitRequest[];
  records: RequestRecord[];
  /** Takes the same configuration over again, as a change of another object would. */
  reapply(): Promise<unknown>;
  /** Ends the data path, so that every record is here. */
  end(): Promise<void>;
}

export interface WorldOptions {
  /** `scheme://host:port` of the provider. */
  origin: string;
  rule?: Partial<RouteRule>;
  traffic?: Partial<RouteRule['traffic']>;
  /** Instead of the one provider at `origin`; each differs from it in what is given. */
  groups?: Partial<ProviderTarget>[][];
  /** Instead of a model. */
  backend?: Backend;
  keySets?: Snapshot['keySets'];
  options?: Partial<DataPathOptions>;
  rateLimit?: (request: RateLimitRequest) => RateLimitResponse;
}

const within: RateLimitResponse = { overallCode: 'OK', statuses: [], responseHeadersToAdd: [] };
const credential: Credential = { type: 'key', value: 'sk-upstream' };

export async function dataPathWorld(t: TestContext, given: WorldOptions): Promise<World> {
  const port = await freePort();
  const world: World = {
    port,
    entries: [],
    charged: [],
    undelivered: [],
    records: [],
    reapply: () => dataPath.apply(snapshotFor(port, given), []),
    end: () => dataPath.stop(1_000),
  };
  const dataPath = createDataPath({
    host: '127.0.0.1',
    sharing: 'alone',
    onRecords: (records) => world.records.push(...(JSON.parse(records) as RequestRecord[])),
    translateRequest,
    dialectError,
    compileExpression,
    compileRegex,
    prices: createPrices({ providers: {} }),
    accounts: {
      reserve: () => {
        throw new Error('nothing here reserves');
      },
      settle: (_, entry) => void world.entries.push(JSON.parse(entry) as RequestRecord),
    },
    buckets: { take: (take, nowSeconds) => takeFrom(undefined, take, nowSeconds).answer },
    rateLimitServiceFor: () => ({
      shouldRateLimit: (request) => {
        const answer = (given.rateLimit ?? (() => within))(request);
        const hits = request.descriptors[0]!.hitsAddend ?? 1;
        if (hits > 0) world.charged.push(hits);
        return answer;
      },
    }),
    chargeUndelivered: (_, request) => void world.undelivered.push(request),
    sleep: delay,
    nowMs: Date.now,
    random: () => 0.5,
    ...given.options,
  });
  await dataPath.apply(snapshotFor(port, given), []);
  t.after(() => dataPath.stop(0));
  return world;
}

function snapshotFor(
  port: number,
  { origin, rule, traffic, groups = [[{}]], backend, keySets = {} }: WorldOptions,
): Snapshot {
  const target = {
    name: 'anthropic',
    provider: 'anthropic' as const,
    model: 'claude-sonnet-5',
    origin,
    credential,
    modelAliases: {},
    defaults: [],
    overrides: [],
  };
  const model: Backend = {
    type: 'ai',
    name: 'ns/model',
    groups: groups.map((group) => group.map((given) => ({ ...target, ...given }))),
    routes: {},
  };
  const service = { type: 'embedded' } as const;
  const descriptor = { entries: [{ name: 'all', expression: "'x'" }], counts: 'Tokens' as const };
  const limit = { domain: 'd', service, failureMode: 'FailClosed' as const, descriptors: [descriptor] };
  const served: RouteRule = {
    index: 0,
    matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] }],
    filters: [],
    traffic: {
      broken: [],
      authorization: [],
      budgets: [],
      globalRateLimit: { policy: 'ns/limit', entries: [{ value: limit }] },
      ...traffic,
    },
    backends: [{ weight: 1, backend: 'ns/model', filters: [] }],
    ...rule,
  };
  const route = { name: 'ns/route', createdAt: '', hostnames: [], rules: [served] };
  return {
    generation: 1,
    budgets: [],
    binds: [{ port, listeners: [{ gateway: 'ns/gateway', name: 'http', routes: [route] }] }],
    backends: { 'ns/model': backend ?? model },
    keySets,
    rateLimitErrors: [],
  };
}

export type Handler = NonNullable<Parameters<typeof createServer>[1]>;

/** A server whose behaviour each step of a test sets. */
export async function scriptedServer(
  t: TestContext,
): Promise<{ url: string; server: Server; behave(next: Handler): void }> {
  let behaviour: Handler = (_, outgoing) => void outgoing.end();
  const server = createServer(async (incoming, outgoing) => {
    for await (const _ of incoming);
    behaviour(incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const behave = (next: Handler) => {
    behaviour = next;
  };
  return { url, server, behave };
}
