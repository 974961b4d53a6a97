/** A header block that comes in several frames, bounded in size and number. */
import { ConnectionFault, demand, errorCode, flag, frameType, unpadded } from './frames.ts';

export interface HeaderBlock {
  stream: number;
  /** Of the HEADERS frame. */
  flags: number;
  block: Buffer;
}

/** Compressed, so a long list of fields fits. */
const maxBlockBytes = 65_536;
const maxFrames = 32;

export class HeaderAssembly {
  #open: { stream: number; flags: number; parts: Buffer[]; bytes: number; sinceMs: number } | undefined;

  /** Since when a block waits for the rest of it. */
  get openSinceMs(): number | undefined {
    return this.#open?.sinceMs;
  }

  /** Nothing may come between the frames of a block. */
  check(type: number, stream: number): void {
    const isContinuation = type === frameType.continuation;
    demand((this.#open !== undefined) === isContinuation, errorCode.protocol);
    demand(this.#open === undefined || this.#open.stream === stream, errorCode.protocol);
  }

  /** A HEADERS frame. Returns the block when it is complete. */
  begin(stream: number, flags: number, payload: Buffer, nowMs: number): HeaderBlock | undefined {
    demand(stream % 2 === 1, errorCode.protocol);
    let block = unpadded(payload, flags);
    if (flags & flag.priority) {
      demand(block.length >= 5, errorCode.frameSize);
      block = block.subarray(5);
    }
    if (flags & flag.endHeaders) return { stream, flags, block };
    this.#open = { stream, flags, parts: [Buffer.from(block)], bytes: block.length, sinceMs: nowMs };
    return undefined;
  }

  /** A CONTINUATION frame. */
  go(frameFlags: number, payload: Buffer): HeaderBlock | undefined {
    if (this.#open === undefined) throw new ConnectionFault(errorCode.protocol);
    const { stream, flags, parts } = this.#open;
    parts.push(Buffer.from(payload));
    this.#open.bytes += payload.length;
    demand(this.#open.bytes <= maxBlockBytes && parts.length <= maxFrames, errorCode.calm);
    if ((frameFlags & flag.endHeaders) === 0) return undefined;
    this.#open = undefined;
    return { stream, flags, block: Buffer.concat(parts) };
  }
}
