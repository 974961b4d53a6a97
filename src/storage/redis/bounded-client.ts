/**
 * A bound on every wait for a server that does not rely on the client below: whatever that misses (an event that never comes, an
 * answer that went astray), its callers go on, and another client takes over from it.
 */
import type { RedisClient, RedisSender } from './client.ts';
import { RedisUnavailable } from './connection.ts';
import type { Reply } from './resp.ts';

/** A command may have to find its server first, and be sent on by one that is not it: each for its own deadline. */
const deadlines = 4;

interface Wait {
  byMs: number;
  reject(error: Error): void;
  isOver: boolean;
}

export interface BoundedClientOptions {
  /** Of each command at a server, see `RedisClientOptions`. */
  timeoutMs: number;
  nowMs: () => number;
}

export class BoundedClient implements RedisClient {
  readonly #open: () => RedisClient;
  readonly #options: BoundedClientOptions;
  #client: RedisClient;
  /** The oldest first: all wait equally long. */
  #waits: Wait[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(open: () => RedisClient, options: BoundedClientOptions) {
    this.#open = open;
    this.#options = options;
    this.#client = open();
  }

  send(command: readonly string[], key: string): Promise<Reply> {
    return this.#bound(this.#client.send(command, key));
  }

  together(keys: readonly string[]): number[][] {
    return this.#client.together(keys);
  }

  async primaries(): Promise<RedisSender[]> {
    const primaries = await this.#bound(this.#client.primaries());
    return primaries.map((primary) => ({ send: (command) => this.#bound(primary.send(command)) }));
  }

  close(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  #bound<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const wait = { byMs: this.#options.nowMs() + this.#mostMs, reject, isOver: false };
      this.#waits.push(wait);
      this.#timer ??= this.#watch(this.#mostMs);
      const over = () => {
        wait.isOver = true;
        this.#forget();
      };
      answer.then(
        (reply) => {
          over();
          resolve(reply);
        },
        (error: Error) => {
          over();
          reject(error);
        },
      );
    });
  }

  get #mostMs(): number {
    return deadlines * this.#options.timeoutMs;
  }

  #forget(): void {
    while (this.#waits[0]?.isOver) this.#waits.shift();
  }

  #watch(afterMs: number): NodeJS.Timeout {
    // An answer that came while this thread was busy is read before the next immediate.
    const timer = setTimeout(() => setImmediate(() => this.#look()), afterMs);
    // The client keeps the process up while it waits.
    return timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const oldest = this.#waits[0];
    if (oldest === undefined) return;
    const leftMs = oldest.byMs - this.#options.nowMs();
    if (leftMs > 0) this.#timer = this.#watch(leftMs);
    else this.#giveUp();
  }

  #giveUp(): void {
    const stuck = this.#client;
    const waits = this.#waits.filter(({ isOver }) => !isOver);
    this.#waits = [];
    this.#client = this.#open();
    stuck.close();
    if (this.#isClosed) this.#client.close();
    for (const { reject } of waits)
      reject(new RedisUnavailable(`redis: no answer within ${this.#mostMs} ms`, true));
  }
}
