/** Compressed messages: gzip, as every gRPC implementation may send it. Answers are never compressed. */
import { gunzipSync } from 'node:zlib';
import { GrpcError, grpcStatus } from './grpc-status.ts';

/** `encoding` is the call's `grpc-encoding`. Throws `GrpcError`, also for what would grow beyond `maxBytes`. */
export function decompressed(
  message: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Uint8Array {
  if (encoding === undefined || encoding === '' || encoding === 'identity')
    throw new GrpcError(grpcStatus.INTERNAL, 'grpc: compressed flag set with identity or empty encoding');
  if (encoding !== 'gzip') {
    const told = JSON.stringify(encoding.slice(0, 100));
    throw new GrpcError(
      grpcStatus.UNIMPLEMENTED,
      `grpc: Decompressor is not installed for grpc-encoding ${told}`,
    );
  }
  try {
    return gunzipSync(message, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new GrpcError(
        grpcStatus.RESOURCE_EXHAUSTED,
        `grpc: message after decompression larger than max ${maxBytes}`,
      );
    throw new GrpcError(grpcStatus.INTERNAL, 'grpc: failed to decompress the message: gzip: invalid header');
  }
}
