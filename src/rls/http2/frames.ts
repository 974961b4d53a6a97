/** HTTP/2's frames (RFC 9113): numbers, heads, and the faults that end a connection or a stream. */

export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const errorCode = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  calm: 11,
} as const;

export const setting = { headerTableSize: 1, initialWindowSize: 4, maxFrameSize: 5 } as const;

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const headBytes = 9;
export const defaultWindow = 65_535;
export const maxWindow = 0x7fff_ffff;
/** What we take; the peer may not send larger ones. */
export const maxFrameBytes = 16_384;

/** Ends the connection with GOAWAY. */
export class ConnectionFault extends Error {
  override readonly name: string = 'ConnectionFault';
  readonly code: number;
  constructor(code: number) {
    super(`HTTP/2 error ${code}`);
    this.code = code;
  }
}

/** Ends one stream with RST_STREAM. */
export class StreamFault extends ConnectionFault {
  override readonly name = 'StreamFault';
}

/** Throws unless the fault is the peer's no longer. */
export function demand(isRight: boolean, code: number): void {
  if (!isRight) throw new ConnectionFault(code);
}

/** The payload of a padded frame without its padding. */
export function unpadded(payload: Buffer, flags: number): Buffer {
  if ((flags & flag.padded) === 0) return payload;
  demand(payload.length > 0, errorCode.frameSize);
  const end = payload.length - payload[0]!;
  demand(end >= 1, errorCode.protocol);
  return payload.subarray(1, end);
}
