/**
 * A connection for keys of one hash tag. In a Redis Cluster one node has them all: whichever node is asked first says which
 * (`MOVED`), and that one is asked from then on, until it is gone or sends elsewhere itself.
 */
import { RedisConnection, type RedisConnectionOptions, RedisUnavailable } from './connection.ts';
import { RedisError, type Reply } from './resp.ts';

const moved = /^MOVED \d+ (.*):(\d+)$/;
/** Nodes that do not agree with each other send in circles. */
const maxMoves = 3;

export class SlotConnection {
  readonly #options: RedisConnectionOptions;
  readonly #first: RedisConnection;
  #connection: RedisConnection;
  #address = '';

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#first = new RedisConnection(options);
    this.#connection = this.#first;
  }

  /** As `RedisConnection.send`. */
  async send(command: readonly string[]): Promise<Reply> {
    for (let moves = 0; ; moves++) {
      const connection = this.#connection;
      try {
        return await connection.send(command);
      } catch (error) {
        const to = error instanceof RedisError ? moved.exec(error.message) : null;
        if (to !== null && moves < maxMoves) this.#moveTo(to[1]!, to[2]!);
        else {
          // Another node may have its keys by now: the first that is known is asked again, and says which.
          if (error instanceof RedisUnavailable && connection !== this.#first) this.#return(connection);
          throw error;
        }
      }
    }
  }

  close(): void {
    this.#connection.close();
    this.#first.close();
  }

  /** What is under way to a node that is left fails: nobody knows whether it ran. */
  #moveTo(host: string, port: string): void {
    const address = `${host}:${port}`;
    if (address === this.#address) return;
    if (this.#connection !== this.#first) this.#connection.close();
    this.#address = address;
    this.#connection = new RedisConnection({
      ...this.#options,
      url: withAddress(this.#options.url, host, port),
    });
  }

  #return(from: RedisConnection): void {
    if (this.#connection !== from) return;
    from.close();
    this.#address = '';
    this.#connection = this.#first;
  }
}

/** User, password and kind of the connection stay. A node that does not know its own name leaves the host empty. */
function withAddress(text: string, host: string, port: string): string {
  const url = new URL(text);
  if (host !== '') url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = port;
  return url.href;
}
