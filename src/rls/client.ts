/** A client of any rate limit service that speaks Envoy's protocol: one HTTP/2 connection per address, deadlines, reconnect. */
import { type ClientHttp2Session, connect } from 'node:http2';
import {
  type RateLimitRequest,
  type RateLimitResponse,
  type RateLimitService,
  RateLimitUnavailable,
} from '../core/ratelimit/model.ts';
import { frame, maxMessageBytes, unframe } from './framing.ts';
import { encodeRequest } from './request-codec.ts';
import { decodeResponse } from './response-codec.ts';

export interface RateLimitClientOptions {
  /** `host:port`, tried in turn from call to call. */
  addresses: readonly string[];
  tls: boolean;
  deadlineMs: number;
}

export interface RateLimitClient extends RateLimitService {
  close(): void;
}

const path = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

/** An address that could not be connected to is left out so long, while another one can be. */
const avoidMs = 1_000;

export function createRateLimitClient(options: RateLimitClientOptions): RateLimitClient {
  const { addresses, tls, deadlineMs } = options;
  const sessions = new Map<string, ClientHttp2Session>();
  const avoidUntilMs = new Map<string, number>();
  let next = 0;

  function sessionOf(address: string): ClientHttp2Session {
    const known = sessions.get(address);
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(`${tls ? 'https' : 'http'}://${address}`, { maxSessionMemory: 128 });
    // The calls in flight learn it from their own streams.
    session.on('error', () => {
      if (session.connecting) avoidUntilMs.set(address, performance.now() + avoidMs);
      session.destroy();
    });
    session.on('connect', () => avoidUntilMs.delete(address));
    session.on('goaway', () => session.close());
    session.unref();
    sessions.set(address, session);
    return session;
  }

  /** In turn, those first that nothing is known against. */
  function order(): string[] {
    const start = next++ % addresses.length;
    const turned = [...addresses.slice(start), ...addresses.slice(0, start)];
    const isAvoided = (address: string) => (avoidUntilMs.get(address) ?? 0) > performance.now();
    return [...turned.filter((one) => !isAvoided(one)), ...turned.filter(isAvoided)];
  }

  async function tryAll(request: RateLimitRequest): Promise<RateLimitResponse> {
    const deadline = performance.now() + deadlineMs;
    let fault = new RateLimitUnavailable('the rate limit service has no address');
    for (const address of order()) {
      const session = sessionOf(address);
      try {
        return await call(session, request, Math.ceil(deadline - performance.now()));
      } catch (error) {
        // Only what was never sent may be sent again: a call that may have arrived would count twice.
        if (!(error instanceof NeverSent) || performance.now() >= deadline) throw error;
        fault = error;
      }
    }
    throw fault;
  }

  return {
    shouldRateLimit: tryAll,
    close: () => {
      for (const session of sessions.values()) session.destroy();
    },
  };
}

/** The connection was never made. */
class NeverSent extends RateLimitUnavailable {}

function call(
  session: ClientHttp2Session,
  request: RateLimitRequest,
  deadlineMs: number,
): Promise<RateLimitResponse> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${deadlineMs}m`,
    });
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new RateLimitUnavailable(reason));
    };
    const timer = setTimeout(() => {
      fail(`no answer within ${deadlineMs} ms`);
      stream.close();
    }, deadlineMs);
    const chunks: Buffer[] = [];
    let size = 0;
    let status = '';
    const readStatus = (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined)
        status = `${String(headers['grpc-status'])} ${String(headers['grpc-message'] ?? '')}`;
    };
    stream.on('response', readStatus);
    stream.on('trailers', readStatus);
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxMessageBytes) chunks.push(chunk);
    });
    stream.on('error', (error) => {
      const reason = `the rate limit service can not be reached: ${error.message}`;
      // Pending: it has no number yet, nothing of it was written.
      if (!stream.pending) return fail(reason);
      clearTimeout(timer);
      reject(new NeverSent(reason));
    });
    stream.on('close', () => {
      if (!status.startsWith('0 '))
        return fail(
          status === ''
            ? 'the rate limit service gave no answer'
            : `the rate limit service answered ${status}`,
        );
      clearTimeout(timer);
      try {
        resolve(decodeResponse(unframe(Buffer.concat(chunks))));
      } catch {
        fail('the rate limit service answered something that is no message');
      }
    });
    stream.end(frame(encodeRequest(request)));
  });
}
