/** The rate limit service over gRPC (h2c), for anyone's Envoy: ShouldRateLimit and gRPC health. */
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { RateLimitService } from '../core/ratelimit/model.ts';
import { RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { decodeRequest, encodeResponse, InvalidRequest } from './codec.ts';
import { encodeMessage, frame, GrpcError, grpcStatus, maxMessageBytes, unframe } from './framing.ts';

export interface RateLimitServerOptions {
  service: RateLimitService;
  host: string;
  port: number;
}

export interface RateLimitServer {
  port: number;
  close(): Promise<void>;
}

const idleSessionMs = 3_600_000;
/** A client that sends a head and no body, or never reads, holds a stream no longer than this. */
const streamMs = 30_000;

export async function startRateLimitServer(options: RateLimitServerOptions): Promise<RateLimitServer> {
  const server = createServer({
    maxSessionMemory: 16,
    settings: { maxConcurrentStreams: 1_000, maxHeaderListSize: 16_384, enablePush: false },
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setTimeout(idleSessionMs, () => session.close());
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) =>
    serve(stream as ServerHttp2Stream, String(headers[':path'] ?? ''), options.service),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, exclusive: true }, resolve);
  });
  return { port: portOf(server), close: () => close(server, sessions) };
}

function portOf(server: Http2Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Http2Server, sessions: ReadonlySet<{ destroy(): void }>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const session of sessions) session.destroy();
  });
}

type Method = (message: Uint8Array, service: RateLimitService) => Uint8Array | Promise<Uint8Array>;

const methods: Record<string, Method> = {
  '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit': shouldRateLimit,
  '/grpc.health.v1.Health/Check': checkHealth,
};

function serve(stream: ServerHttp2Stream, path: string, service: RateLimitService): void {
  stream.on('error', () => stream.destroy());
  stream.setTimeout(streamMs, () => stream.close());
  const method = methods[path];
  if (method === undefined) {
    endWith(stream, grpcStatus.UNIMPLEMENTED, `unknown method ${path}`);
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxMessageBytes + 5) chunks.push(chunk);
  });
  stream.on('end', () => {
    if (size > maxMessageBytes + 5) {
      return endWith(
        stream,
        grpcStatus.RESOURCE_EXHAUSTED,
        `message larger than max (${size} vs. ${maxMessageBytes})`,
      );
    }
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    void answer(stream, body, method, service);
  });
}

async function answer(
  stream: ServerHttp2Stream,
  body: Buffer,
  method: Method,
  service: RateLimitService,
): Promise<void> {
  try {
    const result = method(unframe(body), service);
    const message = result instanceof Promise ? await result : result;
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame(message));
  } catch (error) {
    const [status, text] = statusOf(error);
    endWith(stream, status, text);
  }
}

/** The original answers its own errors as UNKNOWN with the bare text. */
function statusOf(error: unknown): [number, string] {
  if (error instanceof GrpcError) return [error.status, error.message];
  if (error instanceof InvalidRequest) return [grpcStatus.INVALID_ARGUMENT, error.message];
  if (error instanceof RateLimitUnavailable) return [grpcStatus.UNKNOWN, error.message];
  return [grpcStatus.INTERNAL, 'the message can not be decoded'];
}

function endWith(stream: ServerHttp2Stream, status: number, message: string): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': String(status),
      'grpc-message': encodeMessage(message),
    },
    { endStream: true },
  );
}

function shouldRateLimit(message: Uint8Array, service: RateLimitService): Uint8Array | Promise<Uint8Array> {
  const answered = service.shouldRateLimit(decodeRequest(message));
  return answered instanceof Promise ? answered.then(encodeResponse) : encodeResponse(answered);
}

/** grpc.health.v1.HealthCheckResponse with SERVING, for the whole server and for `ratelimit`. */
function checkHealth(message: Uint8Array): Uint8Array {
  const service = message.length > 2 ? Buffer.from(message.subarray(2)).toString('utf8') : '';
  if (service !== '' && service !== 'ratelimit') throw new GrpcError(grpcStatus.NOT_FOUND, 'unknown service');
  return Uint8Array.of(0x08, 0x01);
}
