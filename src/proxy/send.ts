/** Writing to the client: whole answers, and the headers that every answer of a limited route carries. */
import { modifyHeaders } from '../core/route/filters.ts';
import type { Call } from './call.ts';
import type { ResponseHeaders } from './transport.ts';

export function limitHeaders(call: Call): Record<string, string> {
  const { limit } = call;
  if (limit === undefined) return {};
  return {
    'x-ratelimit-limit': String(limit.limit),
    'x-ratelimit-remaining': String(limit.remaining),
    'x-ratelimit-reset': String(limit.resetSeconds),
  };
}

/** Of a provider's headers, what a client may see: its request id and when to come back. */
const passedOn = ['request-id', 'x-request-id', 'x-amzn-requestid', 'retry-after'];

export function providerHeaders(headers: ResponseHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of passedOn) {
    const value = headers[name];
    if (typeof value === 'string') kept[name] = value;
  }
  return kept;
}

/** Every head goes out through here, so that the route's response header modifiers see all of them. */
export function writeHead(call: Call, status: number, headers: Record<string, string>): void {
  for (const modifier of call.responseModifiers) modifyHeaders(headers, modifier);
  if (call.drops !== undefined) headers['x-tollgate-dropped'] = call.drops.join(', ');
  call.record.status = status;
  call.outgoing.writeHead(status, headers);
}

export function sendWhole(
  call: Call,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer,
): void {
  call.record.status = status;
  const { outgoing } = call;
  if (outgoing.destroyed || outgoing.headersSent) return;
  // What the gateway or a provider refuses with is no answer of a model.
  if (status < 300) call.recording?.deliver(body, headers['content-type'] ?? '');
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  call.record.responseBytes = length;
  writeHead(call, status, { ...headers, 'content-length': String(length) });
  if (call.target.method === 'HEAD') outgoing.end();
  // Where every character is one byte, the encoding that needs no conversion says the same.
  else if (typeof body === 'string') outgoing.end(body, length === body.length ? 'latin1' : 'utf8');
  else outgoing.end(body);
}
