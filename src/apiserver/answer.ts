/** Writing answers: JSON with its length, `Warning` headers, entity tags. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StoreUnavailable } from '../storage/store-unavailable.ts';
import { type Status, StatusError } from './status-error.ts';

export function sendJson(
  response: ServerResponse,
  code: number,
  value: unknown,
  options: { warnings?: readonly string[]; contentType?: string; headers?: Record<string, string> } = {},
): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  const warnings = (options.warnings ?? []).map(warningHeader);
  const headers: Record<string, string | number | string[]> = {
    'content-type': options.contentType ?? 'application/json',
    'content-length': body.length,
    'cache-control': 'no-cache, private',
    ...(warnings.length > 0 ? { warning: warnings } : {}),
    ...options.headers,
  };
  response.writeHead(code, headers).end(body);
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) };
  response.writeHead(code, { ...headers, 'x-content-type-options': 'nosniff' }).end(text);
}

/** `close`: part of the request body is still unread, so the connection cannot be used again. */
export function sendStatus(response: ServerResponse, status: Status & { code: number }, close = false): void {
  const retryAfter = status.details?.retryAfterSeconds;
  const headers = {
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(close && { connection: 'close' }),
  };
  sendJson(response, status.code, status, { headers });
}

export function statusOf(error: unknown): Status & { code: number } {
  if (error instanceof StatusError) return error.status;
  if (error instanceof StoreUnavailable)
    return new StatusError(503, 'ServiceUnavailable', error.message, { retryAfterSeconds: 1 }).status;
  if (error instanceof URIError) return new StatusError(400, 'BadRequest', 'the path is not valid').status;
  return new StatusError(500, 'InternalError', 'Internal error occurred: see the log').status;
}

/** An answer that seldom changes: clients ask again with the tag and get 304. */
export function sendTagged(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  contentType: string,
  immutable = false,
): void {
  const etag = `"${hashOf(body)}"`;
  const headers = {
    etag,
    vary: 'Accept',
    'cache-control': immutable ? 'public, immutable' : 'no-cache, private',
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response
    .writeHead(200, { ...headers, 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
    .end(body);
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase();
}

/** RFC 7234 section 5.5 as Kubernetes writes it. Header values hold no control characters and here no non-ASCII ones. */
function warningHeader(text: string): string {
  const clean = text
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 1000)
    .replace(/["\\]/g, '\\$&');
  return `299 - "${clean}"`;
}
