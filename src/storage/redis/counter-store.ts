/**
 * Counters in Redis or Valkey, with envoyproxy/ratelimit's keys, windows and expiry: both may count in one server at the same
 * time. All increments of a call move in one script (in a Cluster: those whose keys have one slot), and a refund stops at zero.
 */
import { hash } from 'node:crypto';
import { RateLimitUnavailable } from '../../core/ratelimit/model.ts';
import { unitSeconds } from '../../core/ratelimit/units.ts';
import type { CounterIncrement, CounterStore, CounterValue } from '../counters.ts';
import type { RedisClient, RedisSender } from './client.ts';
import { openRedisClient } from './open-client.ts';
import { RedisError, type Reply } from './resp.ts';

export interface RedisCounterOptions {
  /** Of one server, of Sentinels or of a Cluster: see `RedisClientOptions`. */
  url: string;
  timeoutMs: number;
  /** Seconds: up to so many are added to a counter's expiry, so that not all of a window go at once. */
  expirationJitterSeconds?: number;
  /** PEM of the authority that signs a `rediss` server, instead of the public ones. */
  ca?: string;
  sentinelCredential?: string;
  nowMs: () => number;
  /** From 0 to below 1. */
  random: () => number;
}

export interface RedisCounters extends CounterStore {
  add(increments: readonly CounterIncrement[]): Promise<number[]>;
  close(): void;
}

const defaultJitterSeconds = 300;

/** KEYS: counters; ARGV: amount and expiry of each. */
const script = `local values = {}
for i, key in ipairs(KEYS) do
  local value = redis.call('INCRBY', key, ARGV[2 * i - 1])
  if value < 0 then
    redis.call('SET', key, '0')
    value = 0
  end
  redis.call('EXPIRE', key, ARGV[2 * i])
  values[i] = value
end
return values`;
const scriptSha = hash('sha1', script);

export function openRedisCounters(options: RedisCounterOptions): RedisCounters {
  const { url, timeoutMs, ca, sentinelCredential, nowMs } = options;
  const client = openRedisClient({
    url,
    timeoutMs,
    greeting: [['SCRIPT', 'LOAD', script]],
    ...(ca !== undefined && { ca }),
    ...(sentinelCredential !== undefined && { sentinelCredential }),
    nowMs,
  });
  return new ScriptedCounters(client, options);
}

class ScriptedCounters implements RedisCounters {
  readonly #client: RedisClient;
  readonly #options: RedisCounterOptions;

  constructor(client: RedisClient, options: RedisCounterOptions) {
    this.#client = client;
    this.#options = options;
  }

  async add(increments: readonly CounterIncrement[]): Promise<number[]> {
    const keys = increments.map(({ key, windowStart }) => `${key}${windowStart}`);
    const groups = this.#client.together(keys);
    if (groups.length === 1) return this.#addTogether(increments, keys);
    const values = new Array<number>(keys.length);
    await Promise.all(
      groups.map(async (group) => {
        const told = await this.#addTogether(
          group.map((at) => increments[at]!),
          group.map((at) => keys[at]!),
        );
        for (const [n, at] of group.entries()) values[at] = told[n]!;
      }),
    );
    return values;
  }

  async #addTogether(increments: readonly CounterIncrement[], keys: readonly string[]): Promise<number[]> {
    const amounts = increments.flatMap(({ add, windowSeconds }) => [
      String(add),
      String(windowSeconds + this.#jitter()),
    ]);
    const rest = [String(keys.length), ...keys, ...amounts];
    const reply = await this.#guarded(async () => {
      try {
        return await this.#client.send(['EVALSHA', scriptSha, ...rest], keys[0]!);
      } catch (error) {
        if (!(error instanceof RedisError) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await this.#client.send(['EVAL', script, ...rest], keys[0]!);
      }
    });
    return numbersOf(reply, keys.length);
  }

  async list(prefix: string): Promise<CounterValue[]> {
    return this.#guarded(async () => {
      const counters: CounterValue[] = [];
      for (const name of await this.#scan(prefix)) {
        const counter = await this.#read(name);
        if (counter !== undefined) counters.push(counter);
      }
      return counters;
    });
  }

  async reset(prefix: string): Promise<number> {
    return this.#guarded(async () => {
      let count = 0;
      for (const name of await this.#scan(prefix))
        count += Number(await this.#client.send(['DEL', name], name));
      return count;
    });
  }

  close(): void {
    this.#client.close();
  }

  #jitter(): number {
    return Math.floor(
      this.#options.random() * (this.#options.expirationJitterSeconds ?? defaultJitterSeconds),
    );
  }

  /** Only names that end with a window's start: others are not ours to list or reset. */
  async #scan(prefix: string): Promise<string[]> {
    const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    const names = await Promise.all(
      (await this.#client.primaries()).map((primary) => scanOne(primary, pattern)),
    );
    return [...new Set(names.flat())];
  }

  async #read(name: string): Promise<CounterValue | undefined> {
    const [value, ttl] = await Promise.all([
      this.#client.send(['GET', name], name),
      this.#client.send(['TTL', name], name),
    ]);
    const [, key, start] = /^(.*_|.*\D|)(\d+)$/s.exec(name)!;
    const windowStart = Number(start);
    const windowSeconds = this.#windowOf(windowStart, Number(ttl));
    if (value === null || windowSeconds === undefined) return undefined;
    return { key: key!, windowStart, windowSeconds, value: Number(value) };
  }

  /**
   * A key does not tell its window's length. It is the shortest that begins then, has not ended, and lives as long as the key
   * is to live.
   */
  #windowOf(windowStart: number, ttl: number): number | undefined {
    const now = this.#options.nowMs() / 1_000;
    const jitter = this.#options.expirationJitterSeconds ?? defaultJitterSeconds;
    const lengths = Object.values(unitSeconds).sort((a, b) => a - b);
    return lengths.find(
      (seconds) => windowStart % seconds === 0 && windowStart + seconds > now && ttl <= seconds + jitter,
    );
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new RateLimitUnavailable((error as Error).message, { cause: error });
    }
  }
}

async function scanOne(primary: RedisSender, pattern: string): Promise<string[]> {
  const names: string[] = [];
  let cursor = '0';
  do {
    const reply = await primary.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000']);
    const [next, found] = reply as [string, string[]];
    cursor = next;
    for (const name of found) if (/\d$/.test(name)) names.push(name);
  } while (cursor !== '0');
  return names;
}

function numbersOf(reply: Reply, count: number): number[] {
  if (!Array.isArray(reply) || reply.length !== count || !reply.every((one) => typeof one === 'number'))
    throw new RateLimitUnavailable('redis: the answer is not that of the script');
  return reply;
}
