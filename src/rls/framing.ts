/** gRPC's framing of messages over HTTP/2 (gRPC over HTTP2: Length-Prefixed-Message). */
import { decompressed } from './compression.ts';
import { GrpcError, grpcStatus } from './grpc-status.ts';

/** The default limit of every gRPC implementation. */
export const maxMessageBytes = 4 * 1024 * 1024;
const headBytes = 5;

/** What stands in front of a message that is not compressed. */
export function frameHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = 0;
  head.writeUInt32BE(length, 1);
  return head;
}

/** The message of a body that is one in whole; undefined when it is anything else. */
export function wholeMessage(body: Buffer): Buffer | undefined {
  if (body.length < headBytes || body[0] !== 0 || body.readUInt32BE(1) !== body.length - headBytes)
    return undefined;
  return body.subarray(headBytes);
}

export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(headBytes + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, headBytes);
  return framed;
}

/** The one message of a unary call. */
export function unframe(body: Buffer): Uint8Array {
  const length = body.length < headBytes ? undefined : lengthOf(body);
  if (length === undefined) throw new GrpcError(grpcStatus.INTERNAL, 'the message is cut off');
  if (body.length !== headBytes + length || body[0] !== 0)
    throw new GrpcError(grpcStatus.INTERNAL, 'the message does not have the length it tells');
  return body.subarray(headBytes);
}

/** Throws for a flag that does not exist and a length that is too large. */
function lengthOf(head: Buffer): number {
  if (head[0]! > 1)
    throw new GrpcError(grpcStatus.INTERNAL, `grpc: received unexpected payload format ${head[0]}`);
  const length = head.readUInt32BE(1);
  if (length > maxMessageBytes) {
    throw new GrpcError(
      grpcStatus.RESOURCE_EXHAUSTED,
      `grpc: received message larger than max (${length} vs. ${maxMessageBytes})`,
    );
  }
  return length;
}

/** Cuts a body into messages as its bytes come in; holds at most one message. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of the message that is coming in, head included; undefined until its head is complete. */
  #wanted: number | undefined;
  readonly #encoding: string | undefined;

  /** `encoding` is the call's `grpc-encoding`. */
  constructor(encoding?: string) {
    this.#encoding = encoding;
  }

  /** Throws what a call ends with that ends here although a message has begun, or never began. */
  throwCutOff(): never {
    throw new GrpcError(grpcStatus.UNKNOWN, this.#size < headBytes ? 'EOF' : 'unexpected EOF');
  }

  /** How many bytes are held. */
  get size(): number {
    return this.#size;
  }

  /** The messages that are complete with this chunk. Throws `GrpcError` as soon as a head tells too much. */
  push(chunk: Buffer): Uint8Array[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    const messages: Uint8Array[] = [];
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#size < headBytes) return messages;
        this.#wanted = headBytes + lengthOf(this.#joined());
      }
      if (this.#size < this.#wanted) return messages;
      const body = this.#joined();
      const message = body.subarray(headBytes, this.#wanted);
      messages.push(body[0] === 0 ? message : decompressed(message, this.#encoding, maxMessageBytes));
      this.#chunks = body.length > this.#wanted ? [body.subarray(this.#wanted)] : [];
      this.#size -= this.#wanted;
      this.#wanted = undefined;
    }
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}
