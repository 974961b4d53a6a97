/** A way to the Redis or Valkey that counts: one server, the primary that Sentinels name, or a Cluster. */
import type { Reply } from './resp.ts';

export interface RedisClientOptions {
  /**
   * `redis[s]://…` (one server), `redis[s]+sentinel://[user:password@]host:port,…/primary[/database]`, or
   * `redis[s]+cluster://[user:password@]host:port,…`.
   */
  url: string;
  /** Bounds every command, and the search for the server that it goes to. */
  timeoutMs: number;
  /** Longest wait between two attempts to connect, see `RedisConnectionOptions`. */
  maxBackoffMs?: number;
  /** Sent whenever a connection is made, after authentication. */
  greeting?: readonly (readonly string[])[];
  /** PEM of the authority that signs the servers' certificates, instead of the public ones. */
  ca?: string;
  /** `user:password@` or `:password@` of the Sentinels themselves, percent-encoded as in a URL. */
  sentinelCredential?: string;
  nowMs: () => number;
}

export interface RedisSender {
  send(command: readonly string[]): Promise<Reply>;
}

export interface RedisClient {
  /** To the server that holds `key`. Rejects with `RedisUnavailable`, or with the server's own `RedisError`. */
  send(command: readonly string[], key: string): Promise<Reply>;
  /** Positions of `keys`, in groups: one script may touch the keys of one group. */
  together(keys: readonly string[]): number[][];
  /** The servers that hold the keys, each for its share. */
  primaries(): Promise<RedisSender[]>;
  close(): void;
}

export function allTogether(keys: readonly string[]): number[][] {
  return [keys.map((_, at) => at)];
}
