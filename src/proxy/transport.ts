/** The data path's way to an upstream: one small interface, today over undici's pooled HTTP/1.1 dispatcher. */
import { isUtf8 } from 'node:buffer';
import { Agent, type Dispatcher } from 'undici';
import { ReplyFault } from '../core/llm/translate-contract.ts';

export interface UpstreamRequest {
  method: string;
  /** Complete URL. */
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  /** Milliseconds to wait for the answer's head. */
  headersTimeoutMs: number;
  /** Both as the transport's own where they are absent. */
  connectTimeoutMs?: number;
  bodyIdleTimeoutMs?: number;
}

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/** An answer whose head has arrived. The body is pulled: nothing is read while `paused`. */
export interface UpstreamResponse {
  status: number;
  headers: ResponseHeaders;
  /** Whole body as text, at most `maxBytes` (else rejects with `too_large`). `strict`: what is not UTF-8 is a `ReplyFault`. */
  text(maxBytes: number, strict?: boolean): Promise<string>;
  /** Calls `onData` as bytes arrive and resolves at the end; `onData` returning false pauses until `resume`. */
  stream(onData: (chunk: Buffer) => boolean): Promise<void>;
  resume(): void;
}

export interface Exchange {
  response: Promise<UpstreamResponse>;
  /** Closes the upstream connection at once, whatever state it is in. `reason` absent: nobody waits for it any more. */
  abort(reason?: UpstreamFailure): void;
}

export interface Transport {
  send(request: UpstreamRequest): Exchange;
  close(): Promise<void>;
}

/** `closed`: the connection ended after the request was sent and before an answer; what the provider did is not known. */
export type UpstreamFailureKind = 'unreachable' | 'closed' | 'timeout' | 'cut' | 'aborted' | 'too_large';

export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly kind: UpstreamFailureKind;
  constructor(kind: UpstreamFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface TransportOptions {
  connectTimeoutMs: number;
  /** Longest silence inside a body: a provider that stops talking mid-stream is given up on. */
  bodyIdleTimeoutMs: number;
  /** Connections to one origin. */
  maxConnections: number;
}

export const defaultTransport: TransportOptions = {
  connectTimeoutMs: 10_000,
  bodyIdleTimeoutMs: 300_000,
  maxConnections: 2_048,
};

export function createTransport(options: TransportOptions = defaultTransport): Transport {
  const agent = agentOf(options, options.connectTimeoutMs);
  // The time to connect belongs to a pool of connections: one for each that is configured.
  const patient = new Map<number, Agent>();
  const agentFor = (connectTimeoutMs: number | undefined): Agent => {
    if (connectTimeoutMs === undefined) return agent;
    const found = patient.get(connectTimeoutMs) ?? agentOf(options, connectTimeoutMs);
    patient.set(connectTimeoutMs, found);
    return found;
  };
  return {
    send: (request) => {
      const exchange = new UndiciExchange();
      dispatch(agentFor(request.connectTimeoutMs), request, exchange, options);
      return exchange;
    },
    close: async () => {
      await Promise.all([agent, ...patient.values()].map((each) => each.destroy()));
    },
  };
}

function agentOf(options: TransportOptions, connectTimeoutMs: number): Agent {
  return new Agent({
    connect: { timeout: connectTimeoutMs },
    connections: options.maxConnections,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 65_536,
  });
}

function dispatch(
  agent: Agent,
  request: UpstreamRequest,
  exchange: UndiciExchange,
  options: TransportOptions,
): void {
  const split = request.url.indexOf('/', request.url.indexOf('://') + 3);
  const origin = split < 0 ? request.url : request.url.slice(0, split);
  agent.dispatch(
    {
      origin,
      path: split < 0 ? '/' : request.url.slice(split),
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      body: request.body,
      headersTimeout: request.headersTimeoutMs,
      bodyTimeout: request.bodyIdleTimeoutMs ?? options.bodyIdleTimeoutMs,
    },
    exchange,
  );
}

/** One object is handler, exchange and response: a request makes few objects. */
class UndiciExchange implements Exchange, UpstreamResponse, Dispatcher.DispatchHandler {
  readonly response: Promise<UpstreamResponse>;
  status = 0;
  headers: ResponseHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #resolveHead!: (response: UpstreamResponse) => void;
  #rejectHead!: (error: UpstreamFailure) => void;
  #onData: ((chunk: Buffer) => boolean) | undefined;
  #resolveBody: (() => void) | undefined;
  #rejectBody: ((error: UpstreamFailure) => void) | undefined;
  #early: Buffer[] = [];
  #finished = false;
  #failure: UpstreamFailure | undefined;
  #aborted: UpstreamFailure | undefined;

  constructor() {
    this.response = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
  }

  abort(reason = new UpstreamFailure('aborted', 'the call was cancelled')): void {
    if (this.#finished) return;
    this.#aborted = reason;
    this.#controller?.abort(reason);
    this.#fail(reason);
  }

  resume(): void {
    this.#controller?.resume();
  }

  stream(onData: (chunk: Buffer) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onData = onData;
      this.#resolveBody = resolve;
      this.#rejectBody = reject;
      const early = this.#early;
      this.#early = [];
      let waits = false;
      for (const chunk of early) waits = onData(chunk) === false || waits;
      if (this.#failure !== undefined) reject(this.#failure);
      else if (this.#finished) resolve();
      else if (!waits && this.#controller?.paused) this.#controller.resume();
    });
  }

  async text(maxBytes: number, strict = false): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    await this.stream((chunk) => {
      size += chunk.length;
      if (size > maxBytes) {
        this.#controller?.abort(
          new UpstreamFailure('too_large', `the answer is larger than ${maxBytes} bytes`),
        );
      } else chunks.push(chunk);
      return true;
    });
    return textOf(chunks, strict);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.#resolveHead(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#onData === undefined) {
      // The head's promise is still on its way to its reader.
      this.#early.push(chunk);
      controller.pause();
    } else this.#deliver(chunk);
  }

  onResponseEnd(): void {
    this.#finished = true;
    this.#resolveBody?.();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(this.status === 0 ? headFailure(error, this.#controller !== undefined) : bodyFailure(error));
  }

  #deliver(chunk: Buffer): void {
    if (this.#onData!(chunk) === false) this.#controller?.pause();
  }

  #fail(failure: UpstreamFailure): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#failure = failure;
    this.#rejectHead(failure);
    this.#rejectBody?.(failure);
  }
}

export function textOf(chunks: readonly Buffer[], strict: boolean): string {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (strict && !isUtf8(bytes)) throw new ReplyFault('it is not valid UTF-8');
  return bytes.toString('utf8');
}

function headFailure(error: Error, sent: boolean): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = (error as { code?: string }).code ?? '';
  if (code === 'UND_ERR_HEADERS_TIMEOUT')
    return new UpstreamFailure('timeout', 'no answer in time', { cause: error });
  return new UpstreamFailure(sent ? 'closed' : 'unreachable', describe(error, code), { cause: error });
}

function bodyFailure(error: Error): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = (error as { code?: string }).code ?? '';
  if (code === 'UND_ERR_BODY_TIMEOUT')
    return new UpstreamFailure('timeout', 'the answer stopped', { cause: error });
  return new UpstreamFailure('cut', 'the connection was cut inside the answer', { cause: error });
}

/** For the client: what failed, without addresses of the inside. */
function describe(error: Error, code: string): string {
  if (code === 'ECONNREFUSED') return 'Connect: Connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Connect: the name does not resolve';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'Connect: no connection in time';
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return 'the connection was closed before an answer';
  if (/certificate|TLS|SSL/i.test(error.message)) return 'Connect: the certificate could not be verified';
  return 'Connect: failed';
}
