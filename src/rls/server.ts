/** The rate limit service over gRPC for anyone's Envoy: plaintext (h2c), TLS or mTLS. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { RateLimitService } from '../core/ratelimit/model.ts';
import { type CallLimits, serveCall } from './grpc-call.ts';
import { Health } from './health.ts';
import { Http2Connection } from './http2/connection.ts';
import { methodsOf, type OnCall } from './methods.ts';

export interface RateLimitServerOptions {
  service: RateLimitService;
  host: string;
  port: number;
  health?: Health;
  /** PEM texts. With `clientCa` a client must show a certificate that it signed. */
  tls?: { cert: string; key: string; clientCa?: string };
  onCall?: OnCall;
}

export interface RateLimitServer {
  port: number;
  /** Lets calls in flight end, for a moment. */
  close(): Promise<void>;
}

const tickMs = 1_000;
const idleConnectionMs = 3_600_000;
/** As in the original: a client reconnects now and then, so that load spreads over replicas. */
const maxConnectionAgeMs = 86_400_000;
const handshakeMs = 10_000;
const unaryMs = 30_000;
const closeGraceMs = 1_000;
const maxConnections = 1_024;
const maxCalls = 20_000;
const maxBufferedBytes = 256 * 1_024 * 1_024;
const maxSessionBytes = 32 * 1_024 * 1_024;
const connectionLimits = { streams: 1_000, headerListBytes: 16_384 };

export async function startRateLimitServer(options: RateLimitServerOptions): Promise<RateLimitServer> {
  const health = options.health ?? new Health();
  const methods = methodsOf(options.service, health, options.onCall);
  const limits: CallLimits = {
    buffered: { now: 0, max: maxBufferedBytes },
    sessionBytes: maxSessionBytes,
    calls: { now: 0, max: maxCalls },
    unaryMs,
  };
  const connections = new Map<Http2Connection, { socket: Socket; bornMs: number }>();
  const serve = (socket: Socket) => {
    const nowMs = performance.now();
    const connection = new Http2Connection(
      socket,
      (stream, headers) => serveCall(stream, headers, methods, limits),
      connectionLimits,
      nowMs,
    );
    connections.set(connection, { socket, bornMs: nowMs });
    socket.on('close', () => connections.delete(connection));
  };
  const server = createFor(options.tls, serve);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, exclusive: true }, resolve);
  });
  // Errors of single connections, a failed TLS handshake among them, end those connections only.
  server.on('error', () => {});
  const ticking = setInterval(() => tickAll(connections), tickMs);
  ticking.unref();
  return {
    port: portOf(server),
    close: async () => {
      health.stop();
      await close(server, connections);
      clearInterval(ticking);
    },
  };
}

function createFor(tls: RateLimitServerOptions['tls'], serve: (socket: Socket) => void): Server {
  if (tls === undefined) return createServer({ noDelay: true }, serve);
  const { cert, key, clientCa } = tls;
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const settings = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
    handshakeTimeout: handshakeMs,
    noDelay: true,
    ...mutual,
  } as const;
  const server = createTlsServer(settings, (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') serve(socket);
    else socket.destroy();
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return server;
}

type Connections = ReadonlyMap<Http2Connection, { socket: Socket; bornMs: number }>;

function tickAll(connections: Connections): void {
  const nowMs = performance.now();
  for (const [connection, { bornMs }] of connections) {
    connection.tick(nowMs);
    const isIdle = connection.streamCount === 0 && nowMs - connection.activeMs > idleConnectionMs;
    if (isIdle || nowMs - bornMs > maxConnectionAgeMs) connection.leave();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server, connections: Connections): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    const force = setTimeout(() => {
      for (const { socket } of connections.values()) socket.destroy();
    }, closeGraceMs);
    for (const connection of connections.keys()) connection.leave();
  });
}
