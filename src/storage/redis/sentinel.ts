/**
 * The primary that Redis Sentinels name. It is asked for again when the one that was known is out of reach, or says that it is a
 * replica by now; a command whose fate is not known is never sent twice.
 */
import { allTogether, type RedisClient, type RedisClientOptions, type RedisSender } from './client.ts';
import { RedisConnection, RedisUnavailable } from './connection.ts';
import { RedisError, type Reply } from './resp.ts';
import { addressOf, type RedisServers } from './servers.ts';

interface Primary {
  address: string;
  connection: RedisConnection;
  /** It has failed: the Sentinels are asked again before the next command. */
  doubtful: boolean;
}

/** Answers of a server that is no primary any more, or not yet: it has done nothing. */
const notPrimary = /^(READONLY|LOADING|MASTERDOWN)/;
/** Not for every command of a burst that fails. */
const askAgainMs = 200;

export class SentinelClient implements RedisClient {
  readonly #servers: RedisServers;
  readonly #options: RedisClientOptions;
  #primary: Primary | undefined;
  #asking: Promise<Primary> | undefined;
  #fault: RedisUnavailable | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(servers: RedisServers, options: RedisClientOptions) {
    this.#servers = servers;
    this.#options = options;
  }

  async send(command: readonly string[]): Promise<Reply> {
    const primary = await this.#find();
    try {
      return await primary.connection.send(command);
    } catch (error) {
      if (error instanceof RedisUnavailable) primary.doubtful = true;
      if (!(error instanceof RedisError) || !notPrimary.test(error.message)) throw error;
      primary.doubtful = true;
      const next = await this.#find();
      if (next === primary) throw new RedisUnavailable('redis: the Sentinels name no other primary yet');
      return next.connection.send(command);
    }
  }

  together = allTogether;

  async primaries(): Promise<RedisSender[]> {
    return [(await this.#find()).connection];
  }

  close(): void {
    this.#closed = true;
    this.#primary?.connection.close();
  }

  async #find(): Promise<Primary> {
    if (this.#closed) throw new RedisUnavailable('redis: closed');
    const known = this.#primary;
    if (known !== undefined) {
      if (!known.doubtful || (this.#justAsked() && this.#asking === undefined)) return known;
    }
    // Nobody has named one a moment ago.
    if (known === undefined && this.#fault !== undefined && this.#justAsked()) throw this.#fault;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  #justAsked(): boolean {
    return this.#options.nowMs() < this.#askedAtMs + askAgainMs;
  }

  async #ask(): Promise<Primary> {
    this.#askedAtMs = this.#options.nowMs();
    const address = await this.#address();
    const known = this.#primary;
    if (known?.address === address) {
      known.doubtful = false;
      return known;
    }
    known?.connection.close();
    const { prefix, database } = this.#servers;
    const url = `${prefix}${address}${database === '' ? '' : `/${database}`}`;
    const connection = new RedisConnection({ ...this.#options, url });
    if (this.#closed) connection.close();
    this.#primary = { address, connection, doubtful: false };
    return this.#primary;
  }

  /** Of the first Sentinel that knows it. */
  async #address(): Promise<string> {
    const { addresses, primary } = this.#servers;
    try {
      return await Promise.any(addresses.map((sentinel) => this.#askOne(sentinel)));
    } catch {
      this.#fault = new RedisUnavailable(`redis: no Sentinel names a primary for ${primary}`);
      throw this.#fault;
    }
  }

  async #askOne(sentinel: string): Promise<string> {
    const { tls, primary } = this.#servers;
    const { timeoutMs, nowMs, ca, sentinelCredential = '' } = this.#options;
    const url = `redis${tls ? 's' : ''}://${sentinelCredential}${sentinel}`;
    const connection = new RedisConnection({ url, timeoutMs, nowMs, ...(ca !== undefined && { ca }) });
    try {
      const reply = await connection.send(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primary]);
      if (!Array.isArray(reply)) throw new RedisUnavailable(`redis: a Sentinel does not know ${primary}`);
      return addressOf(String(reply[0]), String(reply[1]));
    } finally {
      connection.close();
    }
  }
}
