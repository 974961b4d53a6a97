/** gRPC's status codes that this service uses, and how a status travels in trailers. */

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

/** Longer messages would not fit the header lists that clients accept. */
const maxMessageLength = 1_024;

/** Percent-encoded as `grpc-message` wants it. A lone surrogate, which can't be encoded, becomes U+FFFD. */
export function encodeMessage(text: string): string {
  const short = text.length > maxMessageLength ? `${text.slice(0, maxMessageLength)}…` : text;
  return encodeURIComponent(short.toWellFormed()).replaceAll('%20', ' ');
}
