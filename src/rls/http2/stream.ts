/** One stream of a connection, as the server answers it. What can't be sent yet waits here for the peer's credit. */
import type { Http2Connection } from './connection.ts';
import { errorCode } from './frames.ts';
import type { Header } from './hpack.ts';
import { ReceiveWindow } from './receive-window.ts';
import type { Sender } from './sender.ts';

/** Who serves a stream. */
export interface StreamHandler {
  /** A piece of the body, which is the handler's during the call only; possibly empty. */
  data(chunk: Buffer, isLast: boolean): void;
  /** The stream is over, whoever ended it. Called once. */
  closed(): void;
}

/** Called for each request. */
export type OnStream = (stream: Http2Stream, headers: readonly Header[]) => StreamHandler;

export interface ConnectionLimits {
  /** At once. */
  streams: number;
  /** Of one request, as HTTP/2 counts them. */
  headerListBytes: number;
}

export class Http2Stream {
  readonly id: number;
  readonly connection: Http2Connection;
  handler: StreamHandler | undefined;
  sendWindow: number;
  readonly received = new ReceiveWindow();
  isRemoteClosed = false;
  isLocalClosed = false;
  hasResponded = false;
  /** On the connection's clock; the stream is reset when it has passed. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** Payload that waits for credit, and the block that ends the stream after it. */
  readonly queue: Buffer[] = [];
  queuedBytes = 0;
  trailers: Buffer | undefined;

  readonly #sender: Sender;

  constructor(id: number, connection: Http2Connection, sender: Sender) {
    this.id = id;
    this.connection = connection;
    this.#sender = sender;
    this.sendWindow = sender.peer.initialWindow;
  }

  /** Nothing can be sent any more. */
  get isEnded(): boolean {
    return this.isLocalClosed || this.trailers !== undefined;
  }

  /** Whether so many bytes of payload would leave at once. */
  canSend(bytes: number): boolean {
    return this.#sender.canSend(this, bytes);
  }

  respond(block: Buffer): void {
    this.hasResponded = true;
    this.#sender.headers(this, block, false);
  }

  write(...payload: Uint8Array[]): void {
    this.#sender.data(this, payload);
  }

  /** After `respond`: the trailers. Without it: an answer that has no body. */
  end(block: Buffer): void {
    this.hasResponded = true;
    if (this.queue.length > 0) this.trailers = block;
    else this.#sender.headers(this, block, true);
  }

  reset(code: number = errorCode.cancel): void {
    this.connection.resetStream(this.id, code);
  }
}
