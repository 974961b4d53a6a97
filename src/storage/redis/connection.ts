/**
 * One connection to a Redis or Valkey server: commands of all callers in one pipeline, answered in order. A server that does not
 * answer in time costs its callers that long once; until it is back they fail at once.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encodeCommand, RedisError, type Reply, ReplyReader } from './resp.ts';

export interface RedisConnectionOptions {
  /** `redis[s]://[user:password@]host[:port][/database]` or `unix://[user:password@]/path/to/socket[?db=1]`. */
  url: string;
  /** For the connection's handshake and for every command. */
  timeoutMs: number;
  /** Longest wait between two attempts to connect; 2,000 when left out. */
  maxBackoffMs?: number;
  /** Sent whenever a connection is made, after authentication. */
  greeting?: readonly (readonly string[])[];
  /** PEM of the authority that signs a `rediss` server, instead of the public ones. */
  ca?: string;
  nowMs: () => number;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
  sentAtMs: number;
}

/** More commands than this in flight mean that the server does not keep up. */
const maxInFlight = 10_000;
const firstBackoffMs = 50;
const defaultMaxBackoffMs = 2_000;

export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
  /** Whether the server may have carried out the command, or may yet. */
  readonly mayHaveRun: boolean;

  constructor(message: string, mayHaveRun = false) {
    super(message);
    this.mayHaveRun = mayHaveRun;
  }
}

export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #target: Target;
  #socket: Socket | undefined;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #retryAtMs = 0;
  #backoffMs = firstBackoffMs;
  #lastFault = 'not connected yet';
  #closed = false;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.#target = targetOf(options.url);
  }

  /** Rejects with `RedisUnavailable`, or with the server's own `RedisError`. */
  send(command: readonly string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const answered = (reply: Reply) => (reply instanceof RedisError ? reject(reply) : resolve(reply));
      if (this.#closed) return reject(new RedisUnavailable('redis: closed'));
      if (this.#socket === undefined && this.#options.nowMs() < this.#retryAtMs)
        return reject(new RedisUnavailable(`redis: ${this.#lastFault}`));
      if (this.#waiting.length >= maxInFlight)
        return reject(new RedisUnavailable('redis: too many commands at once'));
      this.#socket ??= this.#open();
      this.#write(this.#socket, command, { resolve: answered, reject, sentAtMs: this.#options.nowMs() });
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#socket !== undefined) this.#lose(this.#socket, 'closed');
  }

  /** A command may be written before the connection stands: the socket keeps it, behind the handshake. */
  #open(): Socket {
    const { tls, address } = this.#target;
    const { ca } = this.#options;
    const socket = tls ? connectTls({ ...address, ...(ca !== undefined && { ca }) }) : connectTcp(address);
    socket.setNoDelay(true);
    socket.unref();
    const reader = new ReplyReader();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of reader.push(chunk)) this.#take(socket, reply);
      } catch (error) {
        this.#lose(socket, (error as Error).message);
      }
    });
    socket.on('error', (error) => this.#lose(socket, error.message));
    socket.on('close', () => this.#lose(socket, 'the connection was closed'));
    for (const command of [...this.#target.handshake, ...(this.#options.greeting ?? [])]) {
      this.#write(socket, command, {
        resolve: (reply) => reply instanceof RedisError && this.#lose(socket, reply.message),
        reject: () => {},
        sentAtMs: this.#options.nowMs(),
      });
    }
    return socket;
  }

  #write(socket: Socket, command: readonly string[], waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(encodeCommand(command));
    this.#timer ??= this.#watch(socket, this.#options.timeoutMs);
  }

  #take(socket: Socket, reply: Reply): void {
    // It answered commands of a connection that is given up: those after it belong to another.
    if (socket !== this.#socket) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.#lose(socket, 'an answer that nobody asked for');
      return;
    }
    this.#backoffMs = firstBackoffMs;
    waiting.resolve(reply);
  }

  /** One timer for all commands: it looks at the oldest. */
  #watch(socket: Socket, afterMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#timer = undefined;
      const oldest = this.#waiting[0];
      if (oldest === undefined) return;
      const left = oldest.sentAtMs + this.#options.timeoutMs - this.#options.nowMs();
      // An answer that came while this thread was busy is read before the next immediate.
      if (left <= 0) setImmediate(() => this.#loseIfWaiting(socket, oldest));
      else this.#timer = this.#watch(socket, left);
    }, afterMs);
  }

  #loseIfWaiting(socket: Socket, oldest: Waiting): void {
    if (socket !== this.#socket) return;
    const isLate = this.#waiting[0] === oldest;
    if (isLate) this.#lose(socket, `no answer within ${this.#options.timeoutMs} ms`);
    else if (this.#waiting.length > 0) this.#timer ??= this.#watch(socket, this.#options.timeoutMs);
  }

  #lose(socket: Socket, fault: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    socket.destroy();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastFault = fault;
    this.#retryAtMs = this.#options.nowMs() + this.#backoffMs;
    this.#backoffMs = Math.min(this.#options.maxBackoffMs ?? defaultMaxBackoffMs, this.#backoffMs * 2);
    const lost = this.#waiting;
    this.#waiting = [];
    for (const { reject } of lost) reject(new RedisUnavailable(`redis: ${fault}`, true));
  }
}

interface Target {
  address: { host: string; port: number } | { path: string };
  tls: boolean;
  handshake: string[][];
}

/** Errors never quote the URL: it may hold a password. */
function targetOf(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSocket = url?.protocol === 'unix:' && url.pathname.length > 1;
  const isHost = ['redis:', 'rediss:'].includes(url?.protocol ?? '') && url?.hostname !== '';
  if (url === undefined || !(isSocket || isHost))
    throw new Error(
      'a Redis URL is redis[s]://[user:password@]host[:port][/database] or unix:///path[?db=1]',
    );
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const database = isSocket ? (url.searchParams.get('db') ?? '') : url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(database)) throw new Error('the database of a Redis URL is a number');
  const handshake: string[][] = [];
  if (password !== '') handshake.push(user === '' ? ['AUTH', password] : ['AUTH', user, password]);
  if (database !== '' && database !== '0') handshake.push(['SELECT', database]);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const address = isSocket
    ? { path: decodeURIComponent(url.pathname) }
    : { host, port: Number(url.port || 6379) };
  return { address, tls: url.protocol === 'rediss:', handshake };
}
