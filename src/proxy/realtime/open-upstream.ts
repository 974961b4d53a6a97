/** The provider's side of a realtime session. */
import type { WebSocket } from 'ws';
import type { UpstreamCall } from '../../core/llm/translate-contract.ts';

const openTimeoutMs = 10_000;
const maxRefusalBytes = 64 * 1024;
const maxMessageBytes = 64 * 1024 * 1024;

/** The provider answered with something else than a WebSocket. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  constructor(status: number, body: string, contentType: string) {
    super(`the provider answered ${status}`);
    this.status = status;
    this.body = body;
    this.contentType = contentType;
  }
}

/** Browsers have no other place for their keys. The gateway's key is the client's affair with the gateway. */
const carriesKey = /^openai-(insecure-api-key|organization|project)\./;

/** `protocols`: the client's header. Paused: what comes before the client is there waits. */
export async function openUpstream(
  upstream: UpstreamCall,
  protocols: string | undefined,
): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const offered = (protocols ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !carriesKey.test(name));
  const socket = new WebSocket(upstream.url.replace(/^http/, 'ws'), offered, {
    headers: upstream.headers,
    handshakeTimeout: openTimeoutMs,
    perMessageDeflate: false,
    maxPayload: maxMessageBytes,
    followRedirects: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.pause();
      resolve(socket);
    });
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (body.length < maxRefusalBytes) body += text;
      });
      const { statusCode = 502, headers } = response;
      const given = statusCode >= 400 ? statusCode : 502;
      response.once('close', () => {
        reject(new UpgradeRefused(given, body, headers['content-type'] ?? ''));
        socket.terminate();
      });
    });
  });
}
