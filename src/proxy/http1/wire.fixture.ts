/** Upstreams of raw bytes, and what a transport makes of them. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { CreateTransport } from '../create-transport.ts';
import {
  defaultTransport,
  type ResponseHeaders,
  type Transport,
  type TransportOptions,
  UpstreamFailure,
  type UpstreamRequest,
} from '../transport.ts';
import { createHttp1Transport } from './http1-transport.ts';

export function transportOf(
  t: TestContext,
  options: Partial<TransportOptions> = {},
  create: CreateTransport = createHttp1Transport,
): Transport {
  const transport = create({ ...defaultTransport, ...options });
  t.after(() => transport.close());
  return transport;
}

export interface RawServer {
  url: string;
  /** As latin1 text, in the order of their arrival. */
  requests: string[];
  /** Those of each connection. */
  connections: string[][];
  /** Each connection, in order. */
  sockets: Socket[];
}

/** `answer` is called for each whole request of a connection. */
export async function rawServer(
  t: TestContext,
  answer: (socket: Socket, request: string, count: number) => void,
): Promise<RawServer> {
  const found: RawServer = { url: '', requests: [], connections: [], sockets: [] };
  let count = 0;
  const server = createServer((socket) => {
    const requests: string[] = [];
    found.connections.push(requests);
    found.sockets.push(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let size = wholeRequest(text); size > 0; size = wholeRequest(text)) {
        const request = text.slice(0, size);
        text = text.slice(size);
        requests.push(request);
        found.requests.push(request);
        answer(socket, request, count++);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of found.sockets) socket.destroy();
    server.close();
  });
  found.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return found;
}

/** Its size; 0: not yet. */
function wholeRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : 0;
}

export function requestTo(url: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return { method: 'GET', url, headers: {}, body: null, headersTimeoutMs: 5_000, ...more };
}

export type Outcome =
  | { status: number; headers: ResponseHeaders; body: string }
  | { failure: string; after?: { status: number; body: string } };

/** What becomes of a request, the body as latin1; of a body that breaks, what came before that. */
export async function outcomeOf(transport: Transport, request: UpstreamRequest): Promise<Outcome> {
  const exchange = transport.send(request);
  let after: { status: number; body: string } | undefined;
  try {
    const response = await exchange.response;
    after = { status: response.status, body: '' };
    const chunks: Buffer[] = [];
    try {
      await response.stream((chunk) => chunks.push(chunk) > 0);
    } finally {
      after.body = Buffer.concat(chunks).toString('latin1');
    }
    return { status: response.status, headers: { ...response.headers }, body: after.body };
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    return { failure: error.kind, ...(after && { after }) };
  }
}
