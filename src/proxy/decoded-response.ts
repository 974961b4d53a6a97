/**
 * Answers that come compressed although nobody asked for it. They are unpacked piece by piece: what a small packet unfolds to is
 * held back by whoever reads it, and counted as it comes out.
 */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ReplyFault } from '../core/llm/translate-contract.ts';
import { textOf, tooLarge } from './pulled-answer.ts';
import { UpstreamFailure, type UpstreamResponse } from './transport.ts';

const unpackers: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The response itself where it is not packed, which nearly all are. `abort` closes its connection. Throws `ReplyFault`. */
export function decodedResponse(
  response: UpstreamResponse,
  abort: (reason: UpstreamFailure) => void,
): UpstreamResponse {
  const { 'content-encoding': given } = response.headers;
  if (given === undefined) return response;
  const encoding = String(given).trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return response;
  const unpacker = Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined;
  if (unpacker !== undefined) return new DecodedResponse(response, encoding, unpacker(), abort);
  const failure = `its content encoding ${JSON.stringify(encoding.slice(0, 40))} is not known`;
  abort(new UpstreamFailure('aborted', failure));
  throw new ReplyFault(failure);
}

class DecodedResponse implements UpstreamResponse {
  readonly status: number;
  readonly headers: UpstreamResponse['headers'];
  readonly #packed: UpstreamResponse;
  readonly #encoding: string;
  readonly #unpacker: Transform;
  readonly #abort: (reason: UpstreamFailure) => void;

  constructor(
    packed: UpstreamResponse,
    encoding: string,
    unpacker: Transform,
    abort: (reason: UpstreamFailure) => void,
  ) {
    this.status = packed.status;
    this.headers = packed.headers;
    this.#packed = packed;
    this.#encoding = encoding;
    this.#unpacker = unpacker;
    this.#abort = abort;
  }

  resume(): void {
    this.#unpacker.resume();
  }

  async text(maxBytes: number, strict = false): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    await this.stream((chunk) => {
      size += chunk.length;
      if (size > maxBytes) this.#unpacker.destroy(tooLarge(maxBytes));
      else chunks.push(chunk);
      return true;
    });
    return textOf(chunks, strict);
  }

  stream(onData: (chunk: Buffer) => boolean): Promise<void> {
    const unpacker = this.#unpacker;
    const packed = this.#packed;
    return new Promise((resolve, reject) => {
      unpacker.on('data', (chunk: Buffer) => {
        if (!onData(chunk)) unpacker.pause();
      });
      unpacker.on('drain', () => packed.resume());
      unpacker.on('end', resolve);
      unpacker.on('error', (error) => {
        const fault = this.#faultOf(error);
        this.#abort(fault instanceof UpstreamFailure ? fault : new UpstreamFailure('aborted', fault.message));
        reject(fault);
      });
      packed
        .stream((chunk) => unpacker.destroyed || unpacker.write(chunk))
        .then(
          () => unpacker.end(),
          (error) => unpacker.destroy(error),
        );
    });
  }

  #faultOf(error: Error): Error {
    if (error instanceof UpstreamFailure || error instanceof ReplyFault) return error;
    return new ReplyFault(`it says to be ${this.#encoding} and can not be unpacked`);
  }
}
