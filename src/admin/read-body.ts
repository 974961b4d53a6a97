/** Bodies of requests: JSON, at most 1 MiB, checked against the route's schema; what the schema does not know is refused. */
import type { IncomingMessage } from 'node:http';
import { type Cause, checkValue } from '../core/resources/check-value.ts';
import type { Schema } from '../core/resources/kind.ts';
import { prune } from '../core/resources/prune.ts';
import { ResourceRefused } from '../storage/resource-access.ts';
import { badField, Problem, problemOf } from './problem.ts';

const maxBytes = 1024 * 1024;

export async function readBody(request: IncomingMessage, schema: Schema): Promise<unknown> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  // A web page can send text or a form across origins without asking; JSON it can not.
  if (type !== 'application/json')
    throw new Problem(415, 'media_type', 'send the body as content-type: application/json');
  return checkedBody(parseJson(await readText(request)), schema);
}

/** Throws 422 and names the field. */
export function checkedBody(value: unknown, schema: Schema): unknown {
  const unknown: string[] = [];
  prune({ body: value }, { type: 'object', properties: { body: schema } }, '', (path) => unknown.push(path));
  if (unknown[0] !== undefined) throw badField(unknown[0].replace(/^body\./, ''), 'there is no such field');
  const causes: Cause[] = [];
  checkValue(value, schema, '', causes);
  if (causes.length > 0) throw problemOf(new ResourceRefused(422, 'Invalid', '', causes.map(named)));
  return value;
}

function named({ field, message }: Cause): { field: string; message: string } {
  return { field: field === '' ? 'body' : field, message: message.replaceAll(' in body must', ' must') };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Problem(413, 'too_large', `a body has ${maxBytes} bytes at most`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Problem(400, 'json', 'the body is not UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold a key.
    throw new Problem(400, 'json', 'the body is not JSON');
  }
}
