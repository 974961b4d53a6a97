/** A client of any rate limit service that speaks Envoy's protocol: one HTTP/2 connection per address, deadlines, reconnect. */
import { type ClientHttp2Session, connect } from 'node:http2';
import {
  type RateLimitRequest,
  type RateLimitResponse,
  type RateLimitService,
  RateLimitUnavailable,
} from '../core/ratelimit/model.ts';
import { decodeResponse, encodeRequest } from './codec.ts';
import { frame, maxMessageBytes, unframe } from './framing.ts';

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

export function createRateLimitClient(options: RateLimitClientOptions): RateLimitClient {
  const sessions = new Map<string, ClientHttp2Session>();
  let next = 0;

  function sessionOf(address: string): ClientHttp2Session {
    const known = sessions.get(address);
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = connect(`${options.tls ? 'https' : 'http'}://${address}`, { maxSessionMemory: 16 });
    // The calls in flight learn it from their own streams.
    session.on('error', () => session.destroy());
    session.on('goaway', () => session.close());
    session.unref();
    sessions.set(address, session);
    return session;
  }

  return {
    shouldRateLimit: (request) => {
      const address = options.addresses[next++ % options.addresses.length]!;
      return call(sessionOf(address), request, options.deadlineMs);
    },
    close: () => {
      for (const session of sessions.values()) session.destroy();
    },
  };
}

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
    stream.on('error', (error) => fail(`the rate limit service can not be reached: ${error.message}`));
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
