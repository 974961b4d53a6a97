/** One SPDY/3.1 connection, server side: streams that the client opens, as Node duplex streams. */
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import {
  dataFrame,
  type Frame,
  flagFin,
  frameType,
  pingFrame,
  readFrames,
  rstStreamFrame,
  synReplyFrame,
} from './spdy-frames.ts';
import { HeaderReader } from './spdy-headers.ts';

const maxStreams = 1000;
const refusedStream = 3;

/**
 * Serves `connection` until it ends. Neither side of Kubernetes' SPDY keeps flow-control windows: a stream whose reader is slow
 * holds up the connection, and so its sender.
 */
export async function serveSpdy(connection: Duplex, onStream: (stream: SpdyStream) => void): Promise<void> {
  const session = new Session(connection, onStream);
  try {
    for await (const frame of readFrames(connection as AsyncIterable<Buffer>)) await session.handle(frame);
  } finally {
    session.close();
    connection.destroy();
  }
}

class Session {
  readonly #connection: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new HeaderReader();
  #replied = false;

  constructor(connection: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#connection = connection;
    this.#onStream = onStream;
  }

  async handle(frame: Frame): Promise<void> {
    const stream = this.#streams.get(frame.stream);
    switch (frame.type) {
      case 0:
        if (stream !== undefined) await stream.receive(frame.payload, (frame.flags & flagFin) !== 0);
        break;
      case frameType.synStream:
        await this.#open(frame);
        break;
      case frameType.headers:
        await this.#headers.read(frame.payload.subarray(4));
        break;
      case frameType.rstStream:
        stream?.destroy();
        break;
      case frameType.ping:
        this.#connection.write(pingFrame(frame.payload));
    }
  }

  async #open({ stream: id, flags, payload }: Frame): Promise<void> {
    const headers = await this.#headers.read(payload.subarray(10));
    if (this.#streams.size >= maxStreams || this.#streams.has(id)) {
      this.#connection.write(rstStreamFrame(id, refusedStream));
      return;
    }
    const stream = new SpdyStream(id, headers, this.#connection);
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    this.#connection.write(synReplyFrame(id, !this.#replied));
    this.#replied = true;
    this.#onStream(stream);
    if ((flags & flagFin) !== 0) await stream.receive(Buffer.alloc(0), true);
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#headers.close();
  }
}

export class SpdyStream extends Duplex {
  readonly headers: ReadonlyMap<string, string>;
  readonly #id: number;
  readonly #connection: Duplex;

  constructor(id: number, headers: ReadonlyMap<string, string>, connection: Duplex) {
    super({ allowHalfOpen: true });
    this.headers = headers;
    this.#id = id;
    this.#connection = connection;
    this.on('error', () => {});
  }

  /** Resolves when the stream can take more. */
  async receive(payload: Buffer, fin: boolean): Promise<void> {
    if (this.destroyed || this.readableEnded) return;
    const full = payload.length > 0 && !this.push(payload);
    if (fin) this.push(null);
    else if (full) await Promise.race([once(this, 'wanted'), once(this, 'close')]);
  }

  override _read(): void {
    this.emit('wanted');
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.#id, chunk, false), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.#id, Buffer.alloc(0), true), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.writableFinished && this.#connection.writable)
      this.#connection.write(rstStreamFrame(this.#id, 5));
    done(error);
  }

  #send(frame: Buffer, done: (error?: Error | null) => void): void {
    if (!this.#connection.writable) done(new Error('the connection has ended'));
    else this.#connection.write(frame, done);
  }
}
