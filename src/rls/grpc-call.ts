/** One call on one HTTP/2 stream: its messages in, its messages and its status out. */
import { RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { frameHead, MessageReader, wholeMessage } from './framing.ts';
import { GrpcError, grpcStatus } from './grpc-status.ts';
import { okTrailers, responseHead, statusBlock } from './header-blocks.ts';
import type { Header } from './http2/hpack.ts';
import type { Http2Stream, StreamHandler } from './http2/stream.ts';
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
  /** Of those, what one connection may hold: one that does not read leaves room for the others. */
  sessionBytes: number;
  /** Calls under way. */
  calls: { now: number; max: number };
  /** A client that sends a head and no message, or never reads, holds a call no longer than this. */
  unaryMs: number;
}

const discarding: StreamHandler = { data: () => {}, closed: () => {} };

export function serveCall(
  stream: Http2Stream,
  headers: readonly Header[],
  methods: ReadonlyMap<string, Method>,
  limits: CallLimits,
): StreamHandler {
  const field = (wanted: string) => headers.find(([name]) => name === wanted)?.[1];
  const type = field('content-type') ?? '';
  if (!type.startsWith('application/grpc')) {
    const message = `invalid gRPC request content-type ${JSON.stringify(type.slice(0, 100))}`;
    stream.end(statusBlock(grpcStatus.INVALID_ARGUMENT, message, 415));
    return discarding;
  }
  const path = field(':path') ?? '';
  const method = methods.get(path);
  if (method === undefined) {
    stream.end(statusBlock(grpcStatus.UNIMPLEMENTED, unknownMethod(path, methods)));
    return discarding;
  }
  if (limits.calls.now >= limits.calls.max) {
    stream.end(statusBlock(grpcStatus.RESOURCE_EXHAUSTED, 'too many calls at once'));
    return discarding;
  }
  const encoding = field('grpc-encoding');
  return 'unary' in method
    ? new UnaryCall(stream, limits, encoding, method.unary)
    : new StreamingCall(stream, limits, encoding, method.stream);
}

abstract class Call implements StreamHandler {
  protected readonly stream: Http2Stream;
  readonly #limits: CallLimits;
  /** Bytes that this call holds of the budgets. */
  #held = 0;

  constructor(stream: Http2Stream, limits: CallLimits) {
    this.stream = stream;
    this.#limits = limits;
    limits.calls.now++;
  }

  data(chunk: Buffer, isLast: boolean): void {
    try {
      this.take(chunk, isLast);
    } catch (error) {
      this.fail(error);
    }
  }

  closed(): void {
    this.#limits.calls.now--;
    this.hold(0);
  }

  protected abstract take(chunk: Buffer, isLast: boolean): void;

  protected hold(bytes: number): void {
    const more = bytes - this.#held;
    if (more === 0) return;
    const { buffered, sessionBytes } = this.#limits;
    const { connection } = this.stream;
    this.#held = bytes;
    buffered.now += more;
    connection.heldBytes += more;
    if (more > 0 && (buffered.now > buffered.max || connection.heldBytes > sessionBytes))
      throw new GrpcError(grpcStatus.RESOURCE_EXHAUSTED, 'too many messages at once');
  }

  protected fail(error: unknown): void {
    if (this.stream.isEnded || this.stream.hasResponded) return;
    const [status, text] = statusOf(error);
    this.stream.end(statusBlock(status, text));
    this.hold(0);
  }
}

class UnaryCall extends Call {
  readonly #method: UnaryMethod;
  readonly #encoding: string | undefined;
  /** Made when the message does not come in one piece. */
  #reader: MessageReader | undefined;
  #message: Uint8Array | undefined;

  constructor(stream: Http2Stream, limits: CallLimits, encoding: string | undefined, method: UnaryMethod) {
    super(stream, limits);
    this.#method = method;
    this.#encoding = encoding;
    stream.deadlineMs = stream.connection.nowMs + limits.unaryMs;
  }

  protected take(chunk: Buffer, isLast: boolean): void {
    const whole = isLast && this.#reader === undefined ? wholeMessage(chunk) : undefined;
    if (whole === undefined) this.#takePart(chunk, isLast);
    else this.#answer(whole);
  }

  #takePart(chunk: Buffer, isLast: boolean): void {
    this.#reader ??= new MessageReader(this.#encoding);
    if (this.#message === undefined) {
      // What comes after the first message is not looked at.
      [this.#message] = this.#reader.push(Buffer.from(chunk));
      this.hold(this.#message?.length ?? this.#reader.size);
    }
    if (!isLast) return;
    if (this.#message !== undefined) this.#answer(this.#message);
    else this.#reader.throwCutOff();
  }

  #answer(message: Uint8Array): void {
    const answer = this.#method(message);
    if (answer instanceof Promise)
      answer.then((told) => this.#send(told)).catch((error: unknown) => this.fail(error));
    else this.#send(answer);
  }

  #send(answer: Uint8Array): void {
    const { stream } = this;
    if (stream.isEnded) return;
    const head = frameHead(answer.length);
    // Until it is read: a client that never does must not fill the memory.
    if (!stream.canSend(head.length + answer.length)) this.hold(answer.length);
    stream.respond(responseHead);
    stream.write(head, answer);
    stream.end(okTrailers);
  }
}

class StreamingCall extends Call {
  readonly #method: StreamMethod;
  readonly #reader: MessageReader;
  #stop: (() => void) | undefined;

  constructor(stream: Http2Stream, limits: CallLimits, encoding: string | undefined, method: StreamMethod) {
    super(stream, limits);
    this.#method = method;
    this.#reader = new MessageReader(encoding);
    // Until it has asked for something.
    stream.deadlineMs = stream.connection.nowMs + limits.unaryMs;
  }

  override closed(): void {
    this.#stop?.();
    super.closed();
  }

  protected take(chunk: Buffer, isLast: boolean): void {
    for (const message of this.#reader.push(Buffer.from(chunk))) {
      this.stream.deadlineMs = Number.POSITIVE_INFINITY;
      this.#stop ??= this.#method(message, (answer) => this.#send(answer));
    }
    this.hold(this.#reader.size);
    if (!isLast || this.#stop !== undefined || this.stream.isEnded) return;
    if (!this.stream.hasResponded) this.stream.respond(responseHead);
    this.stream.end(okTrailers);
  }

  #send(message: Uint8Array): void {
    const { stream } = this;
    if (stream.isEnded) return;
    // A peer that does not read what it asked for is not worth a queue.
    if (stream.queuedBytes > maxQueuedBytes) {
      stream.reset();
      return;
    }
    if (!stream.hasResponded) stream.respond(responseHead);
    stream.write(frameHead(message.length), message);
  }
}

const maxQueuedBytes = 1_048_576;

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
