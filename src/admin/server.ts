/** The admin API (15000): usage, calls, and counters to see and to reset, behind a token. The console will be served here. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { CounterStore } from '../storage/counters.ts';
import type { LedgerStore } from '../storage/ledger.ts';
import { BadQuery, listCalls, reportUsage, usageAsCsv } from './reports.ts';

export interface AdminOptions {
  host: string;
  port: number;
  dataDir: string;
  counters: CounterStore;
  ledger: LedgerStore;
  log: { info(fields: object, message: string): void };
}

export async function startAdminServer(options: AdminOptions): Promise<Server> {
  const token = adminToken(options.dataDir);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    serve(request, response, options, token).catch(() =>
      sendError(response, 500, 'internal', 'something went wrong here'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, exclusive: true }, resolve);
  });
  return server;
}

/** Made once and kept in a file that only this user can read. */
export function adminToken(dataDir: string): string {
  const path = join(dataDir, 'admin-token');
  if (!existsSync(path)) writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: AdminOptions,
  token: string,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://admin');
  if (!isOwnHost(request.headers.host, options.host))
    return sendError(response, 403, 'host', 'this name is not served here');
  if (url.pathname === '/' && request.method === 'GET') return sendPage(response);
  if (!isAuthorized(request.headers.authorization, token)) {
    return sendError(response, 401, 'token', 'send the token of the data directory: Authorization: Bearer …');
  }
  if (url.pathname === '/api/v1/counters') return serveCounters(request, response, url, options);
  const report = reports[url.pathname];
  if (report === undefined) return sendError(response, 404, 'not_found', `no such path: ${url.pathname}`);
  if (request.method !== 'GET') return sendError(response, 405, 'method', 'use GET');
  try {
    if (report === reportUsage && url.searchParams.get('format') === 'csv')
      return sendCsv(response, 'usage', await usageAsCsv(options.ledger, url.searchParams));
    sendJson(response, 200, await report(options.ledger, url.searchParams));
  } catch (error) {
    if (!(error instanceof BadQuery)) throw error;
    sendError(response, 400, 'query', error.message);
  }
}

const reports: Record<string, (ledger: LedgerStore, query: URLSearchParams) => Promise<unknown>> = {
  '/api/v1/usage': reportUsage,
  '/api/v1/calls': listCalls,
};

async function serveCounters(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  options: AdminOptions,
): Promise<void> {
  const prefix = url.searchParams.get('prefix') ?? '';
  if (request.method === 'GET')
    return sendJson(response, 200, { counters: await options.counters.list(prefix) });
  if (request.method !== 'DELETE') return sendError(response, 405, 'method', 'use GET or DELETE');
  if (prefix === '') return sendError(response, 400, 'prefix', 'name the counters to reset: ?prefix=…');
  const reset = await options.counters.reset(prefix);
  options.log.info({ prefix, reset }, 'counters were reset through the admin API');
  sendJson(response, 200, { reset });
}

/** A name that resolves to loopback is not ours: DNS rebinding would let any web page in. */
function isOwnHost(host: string | undefined, own: string): boolean {
  const name = (host ?? '').replace(/:\d+$/, '');
  return name === own || name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
}

function isAuthorized(header: string | undefined, token: string): boolean {
  const presented = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(presented), digest(token));
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tollgate</title>
<h1>Tollgate</h1><p>The gateway runs. Its console is not part of this version; the admin API is under <code>/api/v1</code>.</p></html>`;

function sendPage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(page);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function sendCsv(response: ServerResponse, name: string, text: string): void {
  response.writeHead(200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}.csv"`,
    'cache-control': 'no-store',
  });
  response.end(text);
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { code, message } });
}
