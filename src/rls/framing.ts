/** gRPC's framing of unary messages over HTTP/2 (gRPC over HTTP2: Length-Prefixed-Message). */

/** The default limit of every gRPC implementation. */
export const maxMessageBytes = 4 * 1024 * 1024;

export const grpcStatus = {
  OK: 0,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
} as const;

export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(5 + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, 5);
  return framed;
}

/** The one message of a unary call. */
export function unframe(body: Buffer): Uint8Array {
  if (body.length < 5) throw new GrpcError(grpcStatus.INTERNAL, 'the message is cut off');
  if (body[0] !== 0) throw new GrpcError(grpcStatus.UNIMPLEMENTED, 'compressed messages are not supported');
  const length = body.readUInt32BE(1);
  if (length > maxMessageBytes)
    throw new GrpcError(
      grpcStatus.RESOURCE_EXHAUSTED,
      `message larger than max (${length} vs. ${maxMessageBytes})`,
    );
  if (body.length !== 5 + length)
    throw new GrpcError(grpcStatus.INTERNAL, 'the message does not have the length it tells');
  return body.subarray(5);
}

/** Percent-encoded as `grpc-message` wants it. */
export function encodeMessage(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', ' ');
}
