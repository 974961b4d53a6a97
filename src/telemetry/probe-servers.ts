/** The two plain HTTP ports for machines: metrics (15020) and readiness (15021). */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { expose } from './exposition.ts';

export interface Readiness {
  /** What start-up still waits for; empty when ready. */
  pending(): string[];
}

export function startMetricsServer(registry: Registry, port: number, host: string): Promise<Server> {
  return listen(port, host, (request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') return void response.writeHead(404).end();
    expose(registry, request.headers.accept).then(
      ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

export function startReadyServer(readiness: Readiness, port: number, host: string): Promise<Server> {
  return listen(port, host, (request, response) => {
    const answer = (status: number, text: string) =>
      response
        .writeHead(status, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) })
        .end(text);
    if (request.url === '/healthz/live') return void answer(200, 'live\n');
    if (request.url !== '/healthz/ready') return void answer(404, 'not found\n');
    const pending = readiness.pending();
    if (pending.length === 0) answer(200, 'ready\n');
    else answer(500, `not ready, pending: ${pending.join(', ')}\n`);
  });
}

function listen(port: number, host: string, onRequest: RequestListener): Promise<Server> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, onRequest);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}
