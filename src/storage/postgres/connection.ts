/** The few connections to a Postgres server that a gateway needs, made when they are needed and again when they were lost. */
import { checkAddress, PostgresUnavailable } from './faults.ts';
import { Session } from './session.ts';

export interface PostgresOptions {
  /** `postgres[ql]://[user[:password]@]host[:port]/database[?sslmode=…]`. */
  url: string;
  /** Connections at most; default 4. */
  connections?: number;
  /** How long the server may take for one piece of work before its connection is given up; default 30,000. */
  timeoutMs?: number;
}

export class PostgresConnection {
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #closed = false;

  /** Connects when it is first used. Throws when `url` is not an address. */
  constructor({ url, connections = 4, timeoutMs = 30_000 }: PostgresOptions) {
    checkAddress(url);
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#free = connections;
  }

  /**
   * Hands `work` a connection of its own. Rejects with `PostgresUnavailable` or `PostgresRefusal`; what `work` itself throws passes
   * through.
   */
  async run<T>(work: (session: Session) => Promise<T>, timeoutMs = this.#timeoutMs): Promise<T> {
    if (this.#closed) throw new PostgresUnavailable('Postgres: closed');
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free--;
    try {
      const session = await this.#take();
      return await this.#within(timeoutMs, session, work);
    } finally {
      this.#free++;
      this.#waiting.shift()?.();
    }
  }

  /** One transaction: all of it or nothing. When the answer to its end is lost, it may have happened. */
  transaction<T>(work: (session: Session) => Promise<T>, timeoutMs?: number): Promise<T> {
    return this.run(async (session) => {
      await session.query('BEGIN');
      try {
        const result = await work(session);
        await session.query('COMMIT');
        return result;
      } catch (error) {
        if (!session.lost) await session.query('ROLLBACK').catch(() => session.destroy());
        throw error;
      }
    }, timeoutMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }

  async #take(): Promise<Session> {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop())
      if (!session.lost) return session;
    return Session.open(this.#url, this.#timeoutMs);
  }

  async #within<T>(timeoutMs: number, session: Session, work: (session: Session) => Promise<T>): Promise<T> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      session.destroy();
    }, timeoutMs);
    try {
      return await work(session);
    } catch (error) {
      if (late) throw new PostgresUnavailable(`Postgres did not answer within ${timeoutMs} ms`);
      throw error;
    } finally {
      clearTimeout(timer);
      if (session.lost) session.destroy();
      else if (this.#closed) void session.close();
      else this.#idle.push(session);
    }
  }
}
