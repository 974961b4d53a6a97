/** Envoy's rate limit protocol by an independent reader of its messages: protobuf-es over the descriptors that reflection tells. */
import { type ClientHttp2Session, connect } from 'node:http2';
import { gunzipSync } from 'node:zlib';
import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { reflectedFiles } from '../../../src/rls/proto-files.ts';

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    // What a file needs comes before it.
    file: reflectedFiles()
      .toSorted((a, b) => a.dependency.length - b.dependency.length)
      .map(({ bytes }) => fromBinary(FileDescriptorProtoSchema, bytes)),
  }),
);
const requestType = registry.getMessage('envoy.service.ratelimit.v3.RateLimitRequest')!;
const responseType = registry.getMessage('envoy.service.ratelimit.v3.RateLimitResponse')!;

export const shouldRateLimit = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

export function encodeCall(json: JsonValue): Uint8Array {
  return toBinary(requestType, fromJson(requestType, json));
}

/** As protobuf's JSON; a field that is missing there or new to us is an error. */
export function decodeAnswer(bytes: Uint8Array): JsonValue {
  return toJson(responseType, fromBinary(responseType, bytes), { registry });
}

export interface GrpcAnswer {
  /** HTTP status; gRPC is always 200. */
  http: number;
  status?: number;
  message?: string;
  body: Buffer;
}

export interface RawCall {
  path: string;
  /** The body as it is sent, frame head included. */
  body: Uint8Array;
  headers?: Record<string, string>;
}

export function openSession(port: number): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  return session;
}

export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function rawCall(session: ClientHttp2Session, { path, body, headers }: RawCall): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const answer: GrpcAnswer = { http: 0, body: Buffer.alloc(0) };
    const take = (told: Record<string, unknown>) => {
      if (told[':status'] !== undefined) answer.http = Number(told[':status']);
      if (told['grpc-status'] !== undefined) answer.status = Number(told['grpc-status']);
      const message = told['grpc-message'];
      if (typeof message === 'string' && message !== '') answer.message = decodeURIComponent(message);
    };
    const chunks: Buffer[] = [];
    stream.on('response', take);
    stream.on('trailers', take);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      const body = Buffer.concat(chunks);
      // Compressed requests are answered with compressed messages there, which a client need not get.
      answer.body = body[0] === 1 ? gunzipSync(body.subarray(5)) : body.subarray(5);
      resolve(answer);
    });
    stream.end(body);
  });
}
