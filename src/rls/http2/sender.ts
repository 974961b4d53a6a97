/** What goes out on the streams of a connection, within the peer's credit. */
import { defaultWindow, demand, errorCode, flag, frameType, maxWindow } from './frames.ts';
import type { OutBuffer } from './out-buffer.ts';
import { PeerSettings } from './peer-settings.ts';
import type { Http2Stream } from './stream.ts';

export interface SenderEvents {
  /** There is something in the buffer. */
  sent(): void;
  /** Nothing will follow on the stream. */
  closed(stream: Http2Stream): void;
}

export class Sender {
  readonly peer = new PeerSettings();
  readonly #out: OutBuffer;
  readonly #events: SenderEvents;
  /** Those with something to send and no credit. */
  readonly #blocked = new Set<Http2Stream>();
  #window = defaultWindow;

  constructor(out: OutBuffer, events: SenderEvents) {
    this.#out = out;
    this.#events = events;
  }

  /** Whether so many bytes of payload would leave at once. */
  canSend(stream: Http2Stream, bytes: number): boolean {
    return stream.queue.length === 0 && bytes <= stream.sendWindow && bytes <= this.#window;
  }

  headers(stream: Http2Stream, block: Buffer, isLast: boolean): void {
    if (stream.isLocalClosed) return;
    const update = this.peer.takeTableUpdate();
    const flags = flag.endHeaders | (isLast ? flag.endStream : 0);
    this.#out.head(frameType.headers, flags, stream.id, block.length + update.length);
    this.#out.bytes(update);
    this.#out.bytes(block);
    if (isLast) this.#events.closed(stream);
    this.#events.sent();
  }

  /** What the peer gives no credit for waits, as one piece. */
  data(stream: Http2Stream, payload: readonly Uint8Array[]): void {
    if (stream.isEnded) return;
    const bytes = payload.reduce((sum, part) => sum + part.length, 0);
    if (this.canSend(stream, bytes) && bytes <= this.peer.maxFrameBytes) {
      this.#out.head(frameType.data, 0, stream.id, bytes);
      for (const part of payload) this.#out.bytes(part);
      this.#spend(stream, bytes);
    } else {
      stream.queue.push(Buffer.concat(payload));
      stream.queuedBytes += bytes;
      this.pump(stream);
    }
    this.#events.sent();
  }

  /** The peer gives credit to the connection. Returns the streams that went on. */
  credit(bytes: number): Http2Stream[] {
    this.#window += bytes;
    demand(this.#window <= maxWindow, errorCode.flowControl);
    const waiting = [...this.#blocked];
    for (const stream of waiting) {
      if (this.#window <= 0) break;
      this.pump(stream);
    }
    return waiting;
  }

  /** Sends what the credit allows, in frames that the peer takes. */
  pump(stream: Http2Stream): void {
    while (stream.queue.length > 0) {
      const first = stream.queue[0]!;
      const credit = Math.max(0, Math.min(this.#window, stream.sendWindow));
      const bytes = Math.min(first.length, credit, this.peer.maxFrameBytes);
      if (bytes === 0 && first.length > 0) {
        this.#blocked.add(stream);
        return;
      }
      this.#out.head(frameType.data, 0, stream.id, bytes);
      this.#out.bytes(first.subarray(0, bytes));
      this.#spend(stream, bytes);
      stream.queuedBytes -= bytes;
      if (bytes === first.length) stream.queue.shift();
      else stream.queue[0] = first.subarray(bytes);
    }
    this.#blocked.delete(stream);
    const { trailers } = stream;
    if (trailers === undefined) return;
    stream.trailers = undefined;
    this.headers(stream, trailers, true);
  }

  forget(stream: Http2Stream): void {
    this.#blocked.delete(stream);
    stream.queue.length = 0;
    stream.queuedBytes = 0;
  }

  #spend(stream: Http2Stream, bytes: number): void {
    this.#window -= bytes;
    stream.sendWindow -= bytes;
  }
}
