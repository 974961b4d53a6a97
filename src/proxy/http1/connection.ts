/** One connection of a pool: one exchange at a time. Whatever leaves doubt about where an answer ends closes it. */
import type { Socket } from 'node:net';
import { UpstreamFailure } from '../transport.ts';
import type { AnswerHead } from './answer-head.ts';
import { AnswerReader, type AnswerSink } from './answer-reader.ts';
import { Deadline } from './deadline.ts';
import type { Carrier, Http1Exchange } from './http1-exchange.ts';
import { type Origin, openSocket } from './open-socket.ts';
import type { RequestHead } from './request-head.ts';

export interface ConnectionOwner {
  /** It may carry another exchange. */
  released(connection: Connection): void;
  /** Told once, whatever way it ended. */
  closed(connection: Connection): void;
}

/** How long an idle connection is kept where the upstream says nothing, at most where it does, and how much sooner than it says. */
const keepMs = 30_000;
const mostKeepMs = 600_000;
const keepMarginMs = 2_000;

export class Connection implements Carrier, AnswerSink {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  readonly #deadline = new Deadline(() => this.#expired());
  #exchange: Http1Exchange | undefined;
  #phase: 'connecting' | 'head' | 'body' | 'idle' | 'closed' = 'connecting';
  #paused = false;
  #reusable = false;
  #keepMs = keepMs;

  constructor(origin: Origin, first: Http1Exchange, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#exchange = first;
    first.carriedBy(this);
    this.#deadline.set(first.connectTimeoutMs);
    this.#socket = openSocket(
      origin,
      () => this.#exchange !== undefined && this.#send(this.#exchange),
      (bytes, owned) => this.#receive(bytes, owned),
    );
    this.#socket.on('error', (error) => this.#lose(error));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => this.#lose(closedError()));
  }

  carry(exchange: Http1Exchange): void {
    this.#exchange = exchange;
    exchange.carriedBy(this);
    this.#send(exchange);
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
    // Who does not read is not kept waiting by the upstream.
    this.#deadline.clear();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    if (this.#exchange !== undefined) this.#deadline.set(this.#exchange.bodyIdleTimeoutMs);
  }

  destroy(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#exchange = undefined;
    this.#deadline.end();
    this.#socket.destroy();
    this.#owner.closed(this);
  }

  /** With whatever it carries. */
  shut(): void {
    this.#lose(closedError());
  }

  head(head: AnswerHead): void {
    if (this.#exchange === undefined) return;
    this.#phase = 'body';
    const told = head.keepMs === undefined ? keepMs : Math.min(head.keepMs - keepMarginMs, mostKeepMs);
    this.#reusable &&= head.reusable && told > 0;
    this.#keepMs = told;
    this.#deadline.set(this.#exchange.bodyIdleTimeoutMs);
    this.#exchange.onHead(head);
  }

  body(bytes: Buffer): void {
    if (this.#exchange === undefined) return;
    if (!this.#paused) this.#deadline.set(this.#exchange.bodyIdleTimeoutMs);
    this.#exchange.onBody(bytes);
  }

  end(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onEnd();
  }

  #send(exchange: Http1Exchange): void {
    const { request, head } = exchange;
    this.#phase = 'head';
    this.#reusable = head.reusable;
    this.#reader.expect(request.method);
    this.#deadline.set(request.headersTimeoutMs);
    exchange.sent();
    write(this.#socket, head, request.body);
  }

  #receive(bytes: Buffer, owned: boolean): void {
    // Nobody asked for them: they would be taken for the next answer.
    if (this.#exchange === undefined) return void this.destroy();
    try {
      const used = this.#reader.push(bytes, owned, this);
      if (this.#exchange === undefined) this.#finished(used === bytes.length);
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  /** `clean`: nothing came behind the answer. */
  #finished(clean: boolean): void {
    if (this.#phase === 'closed') return;
    // An answer before its request was taken: the rest of that would be another request.
    if (!clean || !this.#reusable || this.#socket.writableLength > 0) return void this.destroy();
    this.#phase = 'idle';
    this.resume();
    this.#deadline.set(this.#keepMs);
    this.#owner.released(this);
  }

  #ended(): void {
    if (this.#exchange === undefined || !this.#reader.close(this)) this.#lose(closedError());
    else this.destroy();
  }

  #expired(): void {
    if (this.#phase === 'connecting')
      this.#lose(new UpstreamFailure('unreachable', 'Connect: no connection in time'));
    else if (this.#phase === 'head') this.#lose(new UpstreamFailure('timeout', 'no answer in time'));
    else if (this.#phase === 'body') this.#lose(new UpstreamFailure('timeout', 'the answer stopped'));
    else this.destroy();
  }

  #lose(error: Error): void {
    const exchange = this.#exchange;
    this.destroy();
    exchange?.lost(error);
  }
}

function closedError(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

/** One system call where that costs no copy worth mentioning. */
const mostJoined = 65_536;

function write(socket: Socket, head: RequestHead, body: string | Uint8Array | null): void {
  const { bodyBytes } = head;
  if (body === null || bodyBytes === 0) return void socket.write(head.text, 'latin1');
  if (typeof body !== 'string' || !head.ascii || body.length > mostJoined) {
    socket.cork();
    socket.write(head.text, 'latin1');
    if (typeof body === 'string') socket.write(body, 'utf8');
    else socket.write(body);
    socket.uncork();
    return;
  }
  // Where every character is one byte, the cheapest encoding says the same.
  socket.write(head.text + body, bodyBytes === body.length ? 'latin1' : 'utf8');
}
