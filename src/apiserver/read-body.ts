/** Request bodies: read with a limit, decoded from JSON, YAML or protobuf, with duplicate keys reported by path. */
import type { IncomingMessage } from 'node:http';
import { parseDocument } from 'yaml';
import { duplicateFields } from './duplicate-fields.ts';
import { parseMediaType } from './negotiate.ts';
import { decodeProtobufBody } from './protobuf/decode-body.ts';
import { badRequest, requestTooLarge, unsupportedMediaType } from './status-error.ts';

/** The real server's own limit. */
export const maxBodyBytes = 3 * 1024 * 1024;

/** Deeper nesting than any real object; keeps recursive walks off the end of the stack. */
const maxDepth = 200;

export async function readBody(request: IncomingMessage, limit = maxBodyBytes): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw requestTooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw requestTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface DecodedBody {
  value: unknown;
  /** Messages of the strict decoder, such as `duplicate field "spec.a"`. */
  duplicates: string[];
}

/** Decodes an object sent for create, update or delete. Throws 400 or 415. */
export function decodeObject(body: Buffer, contentType: string | undefined): DecodedBody {
  const { type } = parseMediaType(contentType ?? 'application/json');
  if (type === 'application/json' || type === '') return decodeJson(body);
  if (type === 'application/yaml') return decodeYaml(body);
  if (type === 'application/vnd.kubernetes.protobuf') {
    try {
      return { value: decodeProtobufBody(body).object, duplicates: [] };
    } catch (error) {
      throw badRequest(`unable to decode the protobuf body: ${(error as Error).message}`);
    }
  }
  throw unsupportedMediaType(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
}

export function decodeJson(body: Buffer): DecodedBody {
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`unable to parse the request body as JSON: ${withoutContent(error)}`);
  }
  checkDepth(value, 0);
  return { value, duplicates: duplicateFields(text) };
}

/** Aliases are bounded by the parser (100), so a small document cannot grow without limit. */
export function decodeYaml(body: Buffer): DecodedBody {
  const document = parseDocument(body.toString('utf8'), { uniqueKeys: false, schema: 'core' });
  const error = document.errors[0];
  if (error !== undefined)
    throw badRequest(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (reason) {
    throw badRequest(`error converting YAML to JSON: ${(reason as Error).message}`);
  }
  checkDepth(value, 0);
  const strict = parseDocument(body.toString('utf8'), { schema: 'core' });
  const duplicates = strict.errors
    .filter((found) => found.code === 'DUPLICATE_KEY')
    .map((found) => `line ${found.linePos?.[0].line ?? 0}: key already set in map`);
  return { value, duplicates };
}

/** V8 quotes the text around a syntax error, which may be a Secret's: only where it is, not what. */
function withoutContent(error: unknown): string {
  const position = /position (\d+)/.exec(String(error));
  return position === null ? 'unexpected end or character' : `invalid character at offset ${position[1]}`;
}

function checkDepth(value: unknown, depth: number): void {
  if (depth > maxDepth) throw badRequest(`the object is nested more than ${maxDepth} levels deep`);
  if (typeof value !== 'object' || value === null) return;
  for (const child of Object.values(value)) checkDepth(child, depth + 1);
}
