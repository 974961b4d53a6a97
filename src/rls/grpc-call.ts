/** One call on one HTTP/2 stream: its messages in, its messages and its status out. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { frame, MessageReader } from './framing.ts';
import { encodeMessage, GrpcError, grpcStatus } from './grpc-status.ts';
import { InvalidRequest } from './unit-numbers.ts';
import { InvalidUtf8 } from './wire-text.ts';

/** Answers one message with one. */
export type UnaryMethod = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
/** Called for every message of the client; may send at any time until the returned function (of the first call) was called. */
export type StreamMethod = (
  message: Uint8Array,
  send: (message: Uint8Array) => void,
) => (() => void) | undefined;
export type Method = { unary: UnaryMethod } | { stream: StreamMethod };

export interface CallLimits {
  /** Bytes of messages that are incomplete or not read yet, all calls together. */
  buffered: { now: number; max: number };
  /** Of those, what one session may hold: one that does not read leaves room for the others. */
  sessionBytes: number;
  /** Calls under way. */
  calls: { now: number; max: number };
  /** A client that sends a head and no body, or never reads, holds a unary call no longer than this. */
  unaryMs: number;
}

const responseHead = { ':status': 200, 'content-type': 'application/grpc' };

export function serveCall(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  methods: ReadonlyMap<string, Method>,
  limits: CallLimits,
): void {
  stream.on('error', () => stream.destroy());
  if (!String(headers['content-type'] ?? '').startsWith('application/grpc')) {
    const told = JSON.stringify(String(headers['content-type'] ?? '').slice(0, 100));
    const message = `invalid gRPC request content-type ${told}`;
    endWith(stream, grpcStatus.INVALID_ARGUMENT, message, 415);
    return;
  }
  const path = String(headers[':path'] ?? '');
  const method = methods.get(path);
  if (method === undefined) {
    endWith(stream, grpcStatus.UNIMPLEMENTED, unknownMethod(path, methods));
    return;
  }
  new Call(stream, limits, headers['grpc-encoding']).run(method);
}

class Call {
  readonly #stream: ServerHttp2Stream;
  readonly #limits: CallLimits;
  readonly #reader: MessageReader;
  readonly #session: { bytes: number };
  /** Bytes that this call holds of the budgets. */
  #held = 0;

  constructor(stream: ServerHttp2Stream, limits: CallLimits, encoding: string | string[] | undefined) {
    this.#reader = new MessageReader(typeof encoding === 'string' ? encoding : undefined);
    this.#stream = stream;
    this.#limits = limits;
    this.#session = sessionOf(stream);
    limits.calls.now++;
    stream.on('close', () => {
      limits.calls.now--;
      this.#hold(0);
    });
  }

  run(method: Method): void {
    const { now, max } = this.#limits.calls;
    if (now > max) {
      this.#fail(new GrpcError(grpcStatus.RESOURCE_EXHAUSTED, 'too many calls at once'));
      return;
    }
    if ('unary' in method) this.#runUnary(method.unary);
    else this.#runStream(method.stream);
  }

  #runUnary(method: UnaryMethod): void {
    this.#stream.setTimeout(this.#limits.unaryMs, () => this.#stream.close(constants.NGHTTP2_CANCEL));
    let message: Uint8Array | undefined;
    this.#onMessages((one) => {
      // What comes after it is not looked at.
      message ??= one;
    });
    this.#stream.on('end', () => {
      if (message !== undefined) void this.#answer(method, message);
      else this.#attempt(() => this.#reader.throwCutOff());
    });
  }

  async #answer(method: UnaryMethod, message: Uint8Array): Promise<void> {
    try {
      const result = method(message);
      const answer = result instanceof Promise ? await result : result;
      if (this.#stream.destroyed || this.#stream.headersSent) return;
      // Until it is read: a client that never does must not fill the memory.
      this.#hold(answer.length);
      this.#respond();
      this.#stream.end(frame(answer));
    } catch (error) {
      this.#fail(error);
    }
  }

  #runStream(method: StreamMethod): void {
    let stop: (() => void) | undefined;
    const send = (message: Uint8Array) => {
      if (this.#stream.destroyed || this.#stream.writableEnded) return;
      // A peer that does not read what it asked for is not worth a queue.
      if (this.#stream.writableLength > maxQueuedBytes) return this.#stream.close(constants.NGHTTP2_CANCEL);
      if (!this.#stream.headersSent) this.#respond();
      this.#stream.write(frame(message));
    };
    this.#onMessages((message) => {
      stop ??= method(message, send);
    });
    this.#stream.on('end', () => {
      if (stop !== undefined || this.#stream.destroyed) return;
      if (!this.#stream.headersSent) this.#respond();
      this.#stream.end();
    });
    this.#stream.on('close', () => stop?.());
  }

  #onMessages(take: (message: Uint8Array) => void): void {
    this.#stream.on('data', (chunk: Buffer) => {
      if (this.#stream.headersSent && this.#stream.writableEnded) return;
      this.#attempt(() => {
        for (const message of this.#reader.push(chunk)) take(message);
        this.#hold(this.#reader.size);
      });
    });
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #hold(bytes: number): void {
    const { buffered, sessionBytes } = this.#limits;
    const more = bytes - this.#held;
    this.#held = bytes;
    buffered.now += more;
    this.#session.bytes += more;
    if (more > 0 && (buffered.now > buffered.max || this.#session.bytes > sessionBytes))
      throw new GrpcError(grpcStatus.RESOURCE_EXHAUSTED, 'too many messages at once');
  }

  #respond(): void {
    this.#stream.respond(responseHead, { waitForTrailers: true });
    this.#stream.on('wantTrailers', () => this.#stream.sendTrailers({ 'grpc-status': '0' }));
  }

  #fail(error: unknown): void {
    const [status, text] = statusOf(error);
    endWith(this.#stream, status, text);
  }
}

const sessions = new WeakMap<object, { bytes: number }>();

function sessionOf({ session }: ServerHttp2Stream): { bytes: number } {
  if (session === undefined) return { bytes: 0 };
  let known = sessions.get(session);
  if (known === undefined) {
    known = { bytes: 0 };
    sessions.set(session, known);
  }
  return known;
}

const maxQueuedBytes = 1_048_576;
const discardMs = 10_000;

/** The original answers its own errors as UNKNOWN with the bare text. */
function statusOf(error: unknown): [number, string] {
  if (error instanceof GrpcError) return [error.status, error.message];
  if (error instanceof InvalidRequest) return [grpcStatus.INVALID_ARGUMENT, error.message];
  if (error instanceof RateLimitUnavailable) return [grpcStatus.UNKNOWN, error.message];
  const reason =
    error instanceof InvalidUtf8 ? error.message : 'proto: cannot parse invalid wire-format data';
  return [grpcStatus.INTERNAL, `grpc: error unmarshalling request: ${reason}`];
}

function unknownMethod(path: string, methods: ReadonlyMap<string, Method>): string {
  const [, service, name] = /^\/(.*)\/([^/]*)$/.exec(path) ?? [];
  if (service === undefined) return `malformed method name: ${JSON.stringify(path)}`;
  const isKnown = [...methods.keys()].some((known) => known.startsWith(`/${service}/`));
  return isKnown ? `unknown method ${name} for service ${service}` : `unknown service ${service}`;
}

/** Answers with a status alone. */
function endWith(stream: ServerHttp2Stream, status: number, message: string, http = 200): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ...responseHead,
      ':status': http,
      'grpc-status': String(status),
      'grpc-message': encodeMessage(message),
    },
    { endStream: true },
  );
  discardRest(stream);
}

/** What the client still sends is read and dropped, for a while: a reset could overtake the status. */
function discardRest(stream: ServerHttp2Stream): void {
  stream.setTimeout(discardMs, () => stream.close(constants.NGHTTP2_CANCEL));
  stream.resume();
}
