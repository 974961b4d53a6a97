/** What the peer has told about itself. */
import { defaultWindow, demand, errorCode, maxFrameBytes, maxWindow, setting } from './frames.ts';

const defaultTableBytes = 4_096;
const largestFrameBytes = 16_777_215;
const nothing = Buffer.alloc(0);
/** HPACK: from now on our table holds nothing, which is all that we need of it. */
const noTable = Buffer.of(0x20);

export class PeerSettings {
  initialWindow = defaultWindow;
  maxFrameBytes = maxFrameBytes;
  #mustTellTable = false;

  /** A SETTINGS frame's payload. Returns by how much the window of streams has grown. Throws `ConnectionFault`. */
  take(payload: Buffer): number {
    demand(payload.length % 6 === 0, errorCode.frameSize);
    const before = this.initialWindow;
    for (let at = 0; at < payload.length; at += 6)
      this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    return this.initialWindow - before;
  }

  #set(id: number, value: number): void {
    if (id === setting.initialWindowSize) {
      demand(value <= maxWindow, errorCode.flowControl);
      this.initialWindow = value;
    } else if (id === setting.maxFrameSize) {
      demand(value >= maxFrameBytes && value <= largestFrameBytes, errorCode.protocol);
      this.maxFrameBytes = value;
    } else if (id === setting.headerTableSize && value < defaultTableBytes) this.#mustTellTable = true;
  }

  /** What the next header block must begin with: a peer with a smaller table waits to hear that it is kept to. */
  takeTableUpdate(): Buffer {
    if (!this.#mustTellTable) return nothing;
    this.#mustTellTable = false;
    return noTable;
  }
}
