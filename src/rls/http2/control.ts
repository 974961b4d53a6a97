/** The frames that carry no call, written and read. */
import { demand, errorCode, flag, frameType, maxWindow } from './frames.ts';
import type { OutBuffer } from './out-buffer.ts';

const maxConcurrentStreams = 3;
const maxHeaderListSize = 6;

export function writeSettings(out: OutBuffer, streams: number, headerListBytes: number): void {
  out.head(frameType.settings, 0, 0, 12);
  out.bytes(Buffer.of(0, maxConcurrentStreams));
  out.uint32(streams);
  out.bytes(Buffer.of(0, maxHeaderListSize));
  out.uint32(headerListBytes);
}

export function writeGoAway(out: OutBuffer, lastStream: number, code: number): void {
  out.head(frameType.goAway, 0, 0, 8);
  out.uint32(lastStream);
  out.uint32(code);
}

export function writeReset(out: OutBuffer, stream: number, code: number): void {
  out.head(frameType.reset, 0, stream, 4);
  out.uint32(code);
}

/** Stream 0 is the connection. No credit is no frame. */
export function writeCredit(out: OutBuffer, stream: number, bytes: number): void {
  if (bytes === 0) return;
  out.head(frameType.windowUpdate, 0, stream, 4);
  out.uint32(bytes);
}

export function answerPing(out: OutBuffer, stream: number, flags: number, payload: Buffer): void {
  demand(stream === 0, errorCode.protocol);
  demand(payload.length === 8, errorCode.frameSize);
  if (flags & flag.ack) return;
  out.head(frameType.ping, flag.ack, 0, 8);
  out.bytes(payload);
}

/** WINDOW_UPDATE's payload. */
export function creditOf(payload: Buffer): number {
  demand(payload.length === 4, errorCode.frameSize);
  return payload.readUInt32BE(0) & maxWindow;
}
