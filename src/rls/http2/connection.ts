/**
 * The server's side of an HTTP/2 connection (RFC 9113), as much as gRPC needs: no push, no priorities. Whatever a peer sends, memory
 * and work are bounded: frames, header blocks, streams, frames that carry nothing, and what it does not read.
 */
import type { Socket } from 'node:net';
import { answerPing, creditOf, writeCredit, writeGoAway, writeReset, writeSettings } from './control.ts';
import { FrameReader, type TakeFrame } from './frame-reader.ts';
import {
  ConnectionFault,
  demand,
  errorCode,
  flag,
  frameType,
  maxWindow,
  StreamFault,
  unpadded,
} from './frames.ts';
import { HeaderAssembly, type HeaderBlock } from './header-assembly.ts';
import { HpackDecoder, isRequest } from './hpack.ts';
import { OutBuffer } from './out-buffer.ts';
import { ReceiveWindow } from './receive-window.ts';
import { Sender } from './sender.ts';
import { type ConnectionLimits, Http2Stream, type OnStream } from './stream.ts';

const maxUnsentBytes = 1_048_576;
/** Within a second: pings, settings, resets, credit and the like. */
const maxIdleFrames = 10_000;
const handshakeMs = 10_000;
/** For the peer to read what it asked for, and to close after it was told to. */
const patienceMs = 30_000;
const empty = Buffer.alloc(0);

export class Http2Connection {
  readonly #socket: Socket;
  readonly #onStream: OnStream;
  readonly #limits: ConnectionLimits;
  readonly #hpack = new HpackDecoder();
  readonly #streams = new Map<number, Http2Stream>();
  readonly #reader = new FrameReader();
  readonly #assembly = new HeaderAssembly();
  readonly #received = new ReceiveWindow();
  readonly #takeFrame: TakeFrame = (...frame) => this.#takeOrReset(...frame);
  readonly #out = new OutBuffer();
  readonly #sender: Sender;
  readonly #bornMs: number;
  #hasSettings = false;
  #isReading = false;
  #isFlushDue = false;
  #lastStream = 0;
  #idleFrames = 0;
  #leavingSinceMs: number | undefined;
  #pausedSinceMs: number | undefined;
  /** Bytes of unread answers and unfinished messages, for whoever serves the streams. */
  heldBytes = 0;
  /** A coarse clock, set by `tick`. */
  nowMs: number;
  /** When something was last heard. */
  activeMs: number;

  constructor(socket: Socket, onStream: OnStream, limits: ConnectionLimits, nowMs: number) {
    this.#socket = socket;
    this.#onStream = onStream;
    this.#limits = limits;
    this.#bornMs = nowMs;
    this.nowMs = nowMs;
    this.activeMs = nowMs;
    this.#sender = new Sender(this.#out, {
      sent: () => this.#flushSoon(),
      closed: (stream) => this.#closeLocal(stream),
    });
    writeSettings(this.#out, limits.streams, limits.headerListBytes);
    this.flush();
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => {
      this.#pausedSinceMs = undefined;
      socket.resume();
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      for (const stream of [...this.#streams.values()]) this.#forget(stream);
    });
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** Once a second or so. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    this.#idleFrames = 0;
    for (const stream of this.#streams.values()) if (stream.deadlineMs < nowMs) stream.reset();
    const isTooLate = (sinceMs: number | undefined, ms: number) =>
      sinceMs !== undefined && nowMs - sinceMs > ms;
    if (
      isTooLate(this.#leavingSinceMs, patienceMs) ||
      isTooLate(this.#pausedSinceMs, patienceMs) ||
      isTooLate(this.#assembly.openSinceMs, handshakeMs) ||
      isTooLate(this.#hasSettings ? undefined : this.#bornMs, handshakeMs)
    )
      this.#socket.destroy();
  }

  /** Takes no more streams and ends when those it has are over. */
  leave(code: number = errorCode.none): void {
    if (this.#leavingSinceMs !== undefined) return;
    this.#leavingSinceMs = this.nowMs;
    writeGoAway(this.#out, this.#lastStream, code);
    this.flush();
    this.#endIfDone();
  }

  resetStream(id: number, code: number): void {
    writeReset(this.#out, id, code);
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#forget(stream);
    this.#flushSoon();
  }

  flush(): void {
    this.#isFlushDue = false;
    if (this.#out.size === 0 || this.#socket.destroyed) return;
    this.#socket.write(this.#out.take());
    // A peer that does not read is not read from.
    if (this.#socket.writableLength <= maxUnsentBytes || this.#pausedSinceMs !== undefined) return;
    this.#pausedSinceMs = this.nowMs;
    this.#socket.pause();
  }

  #flushSoon(): void {
    if (this.#isReading || this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(() => this.flush());
  }

  #read(chunk: Buffer): void {
    this.activeMs = this.nowMs;
    this.#isReading = true;
    try {
      this.#reader.push(chunk, this.#takeFrame);
    } catch (error) {
      this.leave(error instanceof ConnectionFault ? error.code : errorCode.internal);
      this.#socket.removeAllListeners('data');
      this.#socket.destroySoon();
    }
    this.#isReading = false;
    this.flush();
    this.#endIfDone();
  }

  #takeOrReset(type: number, flags: number, id: number, payload: Buffer): void {
    try {
      this.#take(type, flags, id, payload);
    } catch (error) {
      if (!(error instanceof StreamFault)) throw error;
      this.resetStream(id, error.code);
    }
  }

  #take(type: number, flags: number, id: number, payload: Buffer): void {
    demand(this.#hasSettings || type === frameType.settings, errorCode.protocol);
    this.#assembly.check(type, id);
    if (type === frameType.headers) this.#open(this.#assembly.begin(id, flags, payload, this.nowMs));
    else if (type === frameType.data) this.#data(id, flags, payload);
    else if (type === frameType.continuation) this.#open(this.#assembly.go(flags, payload));
    else {
      demand(++this.#idleFrames <= maxIdleFrames, errorCode.calm);
      if (type === frameType.windowUpdate) this.#windowUpdate(id, payload);
      else if (type === frameType.settings) this.#settings(id, flags, payload);
      else if (type === frameType.ping) answerPing(this.#out, id, flags, payload);
      else if (type === frameType.reset) this.#reset(id, payload);
      else if (type === frameType.goAway) this.#leavingSinceMs ??= this.nowMs;
      else demand(type !== frameType.pushPromise, errorCode.protocol);
    }
  }

  /** A header block is complete: a new stream, or the trailers of one. */
  #open(complete: HeaderBlock | undefined): void {
    if (complete === undefined) return;
    const { stream: id, flags, block } = complete;
    // Decoded whatever becomes of it: the tables of both sides must stay the same.
    const { headers, isTooLong } = this.#hpack.decode(block, this.#limits.headerListBytes);
    const isLast = (flags & flag.endStream) !== 0;
    const known = this.#streams.get(id);
    if (known !== undefined) {
      if (known.isRemoteClosed) throw new StreamFault(errorCode.streamClosed);
      demand(isLast, errorCode.protocol);
      this.#deliver(known, empty, true);
      return;
    }
    demand(id > this.#lastStream, errorCode.streamClosed);
    this.#lastStream = id;
    if (this.#streams.size >= this.#limits.streams || this.#leavingSinceMs !== undefined)
      throw new StreamFault(errorCode.refusedStream);
    if (isTooLong) throw new StreamFault(errorCode.calm);
    if (!isRequest(headers)) throw new StreamFault(errorCode.protocol);
    const stream = new Http2Stream(id, this, this.#sender);
    this.#streams.set(id, stream);
    stream.handler = this.#onStream(stream, headers);
    if (isLast) this.#deliver(stream, empty, true);
    else this.#forgetIfOver(stream);
  }

  #data(id: number, flags: number, payload: Buffer): void {
    demand(id !== 0 && id <= this.#lastStream, errorCode.protocol);
    if (payload.length === 0) demand(++this.#idleFrames <= maxIdleFrames, errorCode.calm);
    demand(this.#received.take(payload.length), errorCode.flowControl);
    writeCredit(this.#out, 0, this.#received.credit());
    const stream = this.#streams.get(id);
    // It may have been reset by us while this was on its way.
    if (stream === undefined) return;
    if (stream.isRemoteClosed) throw new StreamFault(errorCode.streamClosed);
    if (!stream.received.take(payload.length)) throw new StreamFault(errorCode.flowControl);
    const isLast = (flags & flag.endStream) !== 0;
    if (!isLast) writeCredit(this.#out, id, stream.received.credit());
    this.#deliver(stream, unpadded(payload, flags), isLast);
  }

  #deliver(stream: Http2Stream, chunk: Buffer, isLast: boolean): void {
    if (isLast) stream.isRemoteClosed = true;
    if (!stream.isEnded) stream.handler!.data(chunk, isLast);
    this.#forgetIfOver(stream);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    demand(id <= this.#lastStream, errorCode.protocol);
    const more = creditOf(payload);
    if (id === 0) {
      demand(more > 0, errorCode.protocol);
      const waited = this.#sender.credit(more);
      // Credit that something waited for is no idle frame.
      if (waited.length > 0) this.#idleFrames--;
      for (const stream of waited) this.#forgetIfOver(stream);
      return;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (more === 0) throw new StreamFault(errorCode.protocol);
    if (stream.queue.length > 0) this.#idleFrames--;
    stream.sendWindow += more;
    if (stream.sendWindow > maxWindow) throw new StreamFault(errorCode.flowControl);
    this.#sender.pump(stream);
    this.#forgetIfOver(stream);
  }

  #settings(id: number, flags: number, payload: Buffer): void {
    demand(id === 0, errorCode.protocol);
    if (flags & flag.ack) {
      demand(this.#hasSettings, errorCode.protocol);
      demand(payload.length === 0, errorCode.frameSize);
      return;
    }
    this.#hasSettings = true;
    const more = this.#sender.peer.take(payload);
    this.#out.head(frameType.settings, flag.ack, 0, 0);
    if (more === 0) return;
    for (const stream of [...this.#streams.values()]) {
      stream.sendWindow += more;
      demand(stream.sendWindow <= maxWindow, errorCode.flowControl);
      this.#sender.pump(stream);
      this.#forgetIfOver(stream);
    }
  }

  #reset(id: number, payload: Buffer): void {
    demand(payload.length === 4, errorCode.frameSize);
    demand(id !== 0 && id <= this.#lastStream, errorCode.protocol);
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#forget(stream);
  }

  /** What the peer still sends is read and dropped, for a while: a reset could overtake the answer. */
  #closeLocal(stream: Http2Stream): void {
    stream.isLocalClosed = true;
    stream.deadlineMs = Math.min(stream.deadlineMs, this.nowMs + handshakeMs);
    // Within a frame of the peer it is looked at afterwards.
    if (!this.#isReading) this.#forgetIfOver(stream);
  }

  #forgetIfOver(stream: Http2Stream): void {
    if (stream.isLocalClosed && stream.isRemoteClosed) this.#forget(stream);
  }

  #forget(stream: Http2Stream): void {
    if (!this.#streams.delete(stream.id)) return;
    this.#sender.forget(stream);
    stream.isLocalClosed = true;
    stream.handler?.closed();
    if (!this.#isReading) this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#leavingSinceMs === undefined || this.#streams.size > 0) return;
    this.flush();
    this.#socket.end();
  }
}
