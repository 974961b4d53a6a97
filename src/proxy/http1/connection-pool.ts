/** Connections to one origin. A request is written only after whatever its connection had to tell has been read. */
import { Connection, type ConnectionOwner } from './connection.ts';
import type { Http1Exchange } from './http1-exchange.ts';
import type { Origin } from './open-socket.ts';

export class ConnectionPool implements ConnectionOwner {
  readonly origin: Origin;
  readonly #most: number;
  readonly #onEmpty: () => void;
  readonly #open = new Set<Connection>();
  /** The one that was used last is the one that lives longest. */
  readonly #idle: Connection[] = [];
  /** No Set: the tables that one leaves behind hold on to each other, and to what was in them, until a major collection. */
  #waiting: Http1Exchange[] = [];
  #scheduled = false;

  /** `onEmpty`: neither a connection nor a request is left. */
  constructor(origin: Origin, most: number, onEmpty: () => void) {
    this.origin = origin;
    this.#most = most;
    this.#onEmpty = onEmpty;
  }

  /** Throws `UnsendableRequest`. */
  send(exchange: Http1Exchange): void {
    exchange.prepare(this.origin.host);
    if (this.#idle.length === 0 && this.#open.size < this.#most) return void this.#connect(exchange);
    exchange.waitIn(this.#waiting);
    if (this.#idle.length > 0) this.#schedule();
  }

  released(connection: Connection): void {
    this.#idle.push(connection);
    if (this.#waiting.length > 0) this.#schedule();
  }

  closed(connection: Connection): void {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#waiting.length > 0) this.#schedule();
    else if (this.#open.size === 0) this.#onEmpty();
  }

  close(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const exchange of waiting) exchange.lost(new Error('the transport was closed'));
    for (const connection of [...this.#open]) connection.shut();
  }

  #connect(exchange: Http1Exchange): void {
    try {
      this.#open.add(new Connection(this.origin, exchange, this));
    } catch (error) {
      // An address that no socket takes.
      exchange.lost(error as Error);
    }
  }

  /**
   * After the reads of this turn of the event loop: an idle connection that has ended is gone by then, and so is one with bytes
   * that nobody asked for, which would be read as the answer to what is written now.
   */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    while (this.#waiting.length > 0) {
      const connection = this.#idle.pop();
      if (connection === undefined && this.#open.size >= this.#most) return;
      const exchange = this.#waiting.shift()!;
      if (connection === undefined) this.#connect(exchange);
      else connection.carry(exchange);
    }
  };
}
