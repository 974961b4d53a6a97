/** The rate limit service over gRPC for anyone's Envoy: plaintext (h2c), TLS or mTLS. */
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { RateLimitService } from '../core/ratelimit/model.ts';
import { type CallLimits, serveCall } from './grpc-call.ts';
import { Health } from './health.ts';
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

const idleSessionMs = 3_600_000;
/** As in the original: a client reconnects now and then, so that load spreads over replicas. */
const maxSessionAgeMs = 86_400_000;
const unaryMs = 30_000;
const closeGraceMs = 1_000;
const maxConnections = 1_024;
const maxCalls = 20_000;
const maxBufferedBytes = 256 * 1_024 * 1_024;
const maxSessionBytes = 32 * 1_024 * 1_024;

const http2Options = {
  /** MB. A thousand calls at once take about 16; what is left bounds a client that never reads. */
  maxSessionMemory: 64,
  maxSessionRejectedStreams: 1_000,
  settings: { maxConcurrentStreams: 1_000, maxHeaderListSize: 16_384, enablePush: false },
};

export async function startRateLimitServer(options: RateLimitServerOptions): Promise<RateLimitServer> {
  const health = options.health ?? new Health();
  const server = createFor(options.tls);
  server.maxConnections = maxConnections;
  const sessions = trackSessions(server);
  const methods = methodsOf(options.service, health, options.onCall);
  const limits: CallLimits = {
    buffered: { now: 0, max: maxBufferedBytes },
    sessionBytes: maxSessionBytes,
    calls: { now: 0, max: maxCalls },
    unaryMs,
  };
  server.on('stream', (stream, headers) => serveCall(stream as ServerHttp2Stream, headers, methods, limits));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, exclusive: true }, resolve);
  });
  // Errors of single connections, a failed TLS handshake among them, end those connections only.
  server.on('error', () => {});
  return { port: portOf(server), close: () => close(server, sessions, health) };
}

function createFor(tls: RateLimitServerOptions['tls']): Http2Server {
  if (tls === undefined) return createServer(http2Options);
  const { cert, key, clientCa } = tls;
  const mutual = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return createSecureServer({
    ...http2Options,
    allowHTTP1: false,
    minVersion: 'TLSv1.2',
    cert,
    key,
    ...mutual,
  });
}

function trackSessions(server: Http2Server): ReadonlySet<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setTimeout(idleSessionMs, () => session.close());
    const age = setTimeout(() => session.close(), maxSessionAgeMs);
    age.unref();
    session.on('error', () => session.destroy());
    session.on('close', () => {
      clearTimeout(age);
      sessions.delete(session);
    });
  });
  server.on('sessionError', (_, session) => session.destroy());
  return sessions;
}

function portOf(server: Http2Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(
  server: Http2Server,
  sessions: ReadonlySet<ServerHttp2Session>,
  health: Health,
): Promise<void> {
  health.stop();
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    const force = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, closeGraceMs);
    for (const session of sessions) session.close();
  });
}
