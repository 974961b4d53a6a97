/**
 * A Redis Cluster: every key goes to the primary that has its slot. The map of slots is read from any member, corrected by
 * redirections, and read again when a member is out of reach.
 */
import type { RedisClient, RedisClientOptions, RedisSender } from './client.ts';
import { RedisConnection, RedisUnavailable } from './connection.ts';
import { RedisError, type Reply } from './resp.ts';
import { addressOf, type RedisServers } from './servers.ts';
import { slotCount, slotOf } from './slots.ts';

/** More of them in a row mean that members send in circles. */
const maxRedirections = 5;
const readAgainMs = 200;

export class ClusterClient implements RedisClient {
  readonly #servers: RedisServers;
  readonly #options: RedisClientOptions;
  readonly #connections = new Map<string, RedisConnection>();
  /** Slot → `host:port` of its primary. */
  #slots: (string | undefined)[] = [];
  #reading: Promise<void> | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(servers: RedisServers, options: RedisClientOptions) {
    this.#servers = servers;
    this.#options = options;
  }

  async send(command: readonly string[], key: string): Promise<Reply> {
    const slot = slotOf(key);
    if (this.#slots[slot] === undefined) await this.#readSlots();
    let address = this.#slots[slot];
    if (address === undefined) throw new RedisUnavailable(`redis: no member of the cluster has slot ${slot}`);
    let asking = false;
    for (let redirections = 0; ; redirections++) {
      try {
        return await this.#sendTo(address, command, asking);
      } catch (error) {
        const redirection = this.#redirection(error, address);
        if (redirection === undefined || redirections === maxRedirections) throw clearer(error);
        ({ address, asking } = redirection);
        if (!asking) this.#slots[slot] = address;
      }
    }
  }

  together(keys: readonly string[]): number[][] {
    const groups = new Map<number, number[]>();
    for (const [at, key] of keys.entries()) {
      const slot = slotOf(key);
      const group = groups.get(slot) ?? [];
      groups.set(slot, group);
      group.push(at);
    }
    return [...groups.values()];
  }

  async primaries(): Promise<RedisSender[]> {
    await this.#readSlots();
    const addresses = new Set(this.#slots.filter((address) => address !== undefined));
    if (addresses.size === 0) throw new RedisUnavailable('redis: the cluster has no slots');
    return [...addresses].map((address) => this.#connection(address));
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close();
  }

  #sendTo(address: string, command: readonly string[], asking: boolean): Promise<Reply> {
    const connection = this.#connection(address);
    // One pipeline: nothing comes between the two.
    if (asking) connection.send(['ASKING']).catch(() => {});
    return connection.send(command);
  }

  /** Undefined: the error is the command's own. */
  #redirection(error: unknown, from: string): { address: string; asking: boolean } | undefined {
    if (error instanceof RedisUnavailable) this.#readSoon();
    if (!(error instanceof RedisError)) return undefined;
    const match = /^(MOVED|ASK) \d+ (\S*):(\d+)$/.exec(error.message);
    if (match === null) return undefined;
    const [, kind, host = '', port = ''] = match;
    if (kind === 'MOVED') this.#readSoon();
    // A member that does not know its own name is where it was asked.
    const address = addressOf(host === '' ? hostOf(from) : host, port);
    return { address, asking: kind === 'ASK' };
  }

  #connection(address: string): RedisConnection {
    let connection = this.#connections.get(address);
    if (connection === undefined) {
      connection = new RedisConnection({ ...this.#options, url: `${this.#servers.prefix}${address}` });
      this.#connections.set(address, connection);
      if (this.#closed) connection.close();
    }
    return connection;
  }

  #readSoon(): void {
    if (this.#options.nowMs() < this.#readAtMs + readAgainMs) return;
    this.#readSlots().catch(() => {});
  }

  #readSlots(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    this.#readAtMs = this.#options.nowMs();
    const members = [...new Set([...this.#servers.addresses, ...this.#connections.keys()])];
    try {
      this.#slots = await Promise.any(members.map((member) => this.#slotsOf(member)));
    } catch (error) {
      const [first] = error instanceof AggregateError ? error.errors : [error];
      throw new RedisUnavailable(`redis: no member of the cluster answers: ${(first as Error).message}`);
    }
    const used = new Set([...this.#slots, ...this.#servers.addresses]);
    for (const [address, connection] of this.#connections) {
      if (used.has(address)) continue;
      connection.close();
      this.#connections.delete(address);
    }
  }

  async #slotsOf(member: string): Promise<(string | undefined)[]> {
    const reply = await this.#connection(member).send(['CLUSTER', 'SLOTS']);
    const slots = new Array<string | undefined>(slotCount);
    if (!Array.isArray(reply)) throw new RedisUnavailable('redis: not a member of a cluster');
    for (const range of reply as [number, number, [string | null, number]][]) {
      const [first, last, [host, port]] = range;
      slots.fill(addressOf(host || hostOf(member), port), first, last + 1);
    }
    if (reply.length === 0) throw new RedisUnavailable('redis: a member of the cluster knows no slots');
    return slots;
  }
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

/** The cluster's own state is no fault of the command. */
function clearer(error: unknown): unknown {
  if (!(error instanceof RedisError) || !/^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)/.test(error.message))
    return error;
  return new RedisUnavailable(`redis: the cluster is not ready: ${error.message}`);
}
