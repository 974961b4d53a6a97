/**
 * One connection to Postgres and one only, for one user at a time. It is never mended: after a fault of the line it is thrown away,
 * since a client that connects again by itself would go on outside of the transaction that was lost.
 */
import { connect, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Options, Row, RowList, Sql } from 'postgres';
import { PostgresRefusal, PostgresUnavailable, plainError } from './faults.ts';

export type Value = string | number | boolean | null;

const connectTimeoutMs = 5_000;
const idleInTransactionMs = 60_000;

/** The client's own option, which its types leave out. */
type ClientOptions = Options<Record<string, never>> & { socket(parsed: ParsedAddress): Promise<Socket> };
interface ParsedAddress {
  host: string[];
  port: number[];
  path: string | false;
}

export class Session {
  readonly #sql: Sql;
  #socket: Socket | undefined;
  #lost = false;
  /** Of what is under way: the client does not settle everything when its line is cut, and then nobody would ever go on. */
  readonly #waiting = new Set<(fault: Error) => void>();

  private constructor(client: typeof import('postgres'), url: string, timeoutMs: number) {
    const options: ClientOptions = {
      max: 1,
      fetch_types: false,
      max_lifetime: null,
      connect_timeout: Math.min(connectTimeoutMs, timeoutMs) / 1000,
      onnotice: () => {},
      onclose: () => this.#lose(),
      connection: {
        application_name: 'tollgate',
        statement_timeout: timeoutMs,
        idle_in_transaction_session_timeout: idleInTransactionMs,
      },
      socket: async (address) => {
        // The driver would try for ever.
        if (this.#lost || this.#socket !== undefined) throw new Error('the connection was lost');
        this.#socket = await openSocket(address);
        this.#socket.once('close', () => this.#lose());
        return this.#socket;
      },
    };
    this.#sql = client(url, options);
  }

  static async open(url: string, timeoutMs: number): Promise<Session> {
    // Only who names a server pays for its client.
    const { default: client } = await import('postgres');
    const session = new Session(client as unknown as typeof import('postgres'), url, timeoutMs);
    const timer = setTimeout(() => session.destroy(), timeoutMs);
    try {
      await session.query('SELECT 1');
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Of no use any more. */
  get lost(): boolean {
    return this.#lost;
  }

  /** `$1`, `$2`, … in `text` are `values`; without any, it may be several statements. */
  query(text: string, values: readonly Value[] = []): Promise<RowList<Row[]>> {
    return this.#guarded(() => this.#sql.unsafe(text, values as Value[]));
  }

  /**
   * `statement` is a COPY … FROM STDIN, within a transaction. The server takes one piece in while the next is made.
   */
  copy(statement: string, pieces: Iterable<string>): Promise<void> {
    return this.#guarded(async () => {
      const copy = await this.#sql.unsafe(statement).writable();
      // The client tells no fault that comes after the last row: the next statement of the transaction fails instead.
      await Promise.race([finished(copy), sendAll(copy, pieces)]);
      if (this.#lost) throw lostFault();
      await this.#sql.unsafe('SELECT 1');
    });
  }

  /** At once: whatever is under way fails, and the server undoes it. */
  destroy(): void {
    this.#lose();
    this.#sql.end({ timeout: 0 }).catch(() => {});
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.#lost = true;
    await this.#sql.end({ timeout: 1 });
  }

  #lose(): void {
    this.#lost = true;
    // The client's own word for it comes in this turn, if it comes.
    setImmediate(() => {
      for (const reject of this.#waiting) reject(lostFault());
      this.#waiting.clear();
    });
  }

  async #guarded<T>(work: () => PromiseLike<T>): Promise<T> {
    if (this.#lost) throw lostFault();
    let lost: (fault: Error) => void = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        lost = reject;
        this.#waiting.add(lost);
        work().then(resolve, reject);
      });
    } catch (error) {
      const plain = plainError(error);
      if (!(plain instanceof PostgresRefusal)) this.#lost = true;
      throw plain;
    } finally {
      this.#waiting.delete(lost);
    }
  }
}

const lostFault = () => new PostgresUnavailable('Postgres is not available: the connection was lost');

async function sendAll(copy: Writable, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) {
    // What failed is told by the stream itself.
    await new Promise<void>((resolve) => copy.write(piece, () => resolve()));
    if (copy.destroyed) return;
  }
  copy.end();
  await new Promise((resolve) => setImmediate(resolve));
}

function openSocket({ host, port, path }: ParsedAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = path ? connect(path) : connect(port[0]!, host[0]!);
    // For TLS: the name that the certificate must have.
    Object.assign(socket, { host: host[0] });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
