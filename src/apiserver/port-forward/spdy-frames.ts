/** SPDY/3.1 frames on the wire (section 2.2): read from a byte stream, and those that a server writes. */
import { emptyHeaderBlock } from './spdy-headers.ts';

export const frameType = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7, headers: 8 } as const;
export const flagFin = 1;

/** `type` 0 is a data frame; the stream of a control frame is in its payload. */
export interface Frame {
  type: number;
  stream: number;
  flags: number;
  payload: Buffer;
}

/** Go's client sends 32 KiB at a time. */
const maxPayload = 1024 * 1024;
const headerLength = 8;

/** Ends when the source does; throws for a frame that is too long or of another version. */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const frame = takeFrame(rest);
      if (frame === undefined) break;
      rest = rest.subarray(headerLength + frame.payload.length);
      yield frame;
    }
  }
}

function takeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < headerLength) return undefined;
  const first = bytes.readUInt32BE(0);
  const length = bytes.readUIntBE(5, 3);
  if (length > maxPayload) throw new Error('SPDY frame is too long');
  if (bytes.length < headerLength + length) return undefined;
  const payload = bytes.subarray(headerLength, headerLength + length);
  const flags = bytes[4]!;
  if (first < 0x8000_0000) return { type: 0, stream: first, flags, payload };
  if (((first >>> 16) & 0x7fff) !== 3) throw new Error('not SPDY/3.1');
  const stream = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fff_ffff : 0;
  return { type: first & 0xffff, stream, flags, payload };
}

export function dataFrame(stream: number, payload: Uint8Array, fin: boolean): Buffer {
  const frame = Buffer.alloc(headerLength + payload.length);
  frame.writeUInt32BE(stream, 0);
  frame[4] = fin ? flagFin : 0;
  frame.writeUIntBE(payload.length, 5, 3);
  frame.set(payload, headerLength);
  return frame;
}

function controlFrame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt32BE((0x8003_0000 | type) >>> 0, 0);
  header.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([header, payload]);
}

export function synReplyFrame(stream: number, first: boolean): Buffer {
  return controlFrame(frameType.synReply, Buffer.concat([uint32(stream), emptyHeaderBlock(first)]));
}

/** `status` 1 is a protocol error, 3 a refused stream (section 2.6.3). */
export function rstStreamFrame(stream: number, status: number): Buffer {
  return controlFrame(frameType.rstStream, Buffer.concat([uint32(stream), uint32(status)]));
}

export function pingFrame(payload: Buffer): Buffer {
  return controlFrame(frameType.ping, payload);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
