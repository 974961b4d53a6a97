/** Reading a client's JSON with errors that name the place: `messages[0].content[1].type`. */
import type { RequestFault } from './request-fault.ts';

export class FieldFault extends Error {
  override readonly name = 'FieldFault';
  readonly path: string;
  constructor(path: string, message: string) {
    super(path === '' ? message : `${path}: ${message}`);
    this.path = path;
  }
  toFault(): RequestFault {
    return { status: 400, code: 'invalid_request', message: this.message, path: this.path };
  }
}

export type Fields = Record<string, unknown>;

export function asObject(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FieldFault(path, `must be an object, not ${nameOf(value)}`);
}

export function asArray(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new FieldFault(path, `must be an array, not ${nameOf(value)}`);
}

export function asString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new FieldFault(path, `must be a string, not ${nameOf(value)}`);
}

/** Absent and null are the same: not given. */
export function optional<T>(
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path);
}

export function asNumber(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  throw new FieldFault(path, `must be a number, not ${nameOf(value)}`);
}

export function asCount(value: unknown, path: string): number {
  const count = asNumber(value, path);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new FieldFault(path, 'must be a whole number from 0');
}

export function asBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new FieldFault(path, `must be true or false, not ${nameOf(value)}`);
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/** The body as an object; a fault says where the JSON ends to be JSON. */
export function parseBody(body: string): Fields {
  if (body.trim() === '') throw new FieldFault('', 'the request body is empty: a JSON object is expected');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new FieldFault(
      '',
      `the request body is not valid JSON: ${placeOf((error as Error).message, body)}`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FieldFault('', `the request body must be a JSON object, not ${nameOf(value)}`);
  }
  return value as Fields;
}

/** Of a call: read only, for it may be what others read too. */
export function fieldsOf({ body, fields }: { body: string; fields?: Fields }): Fields {
  return fields ?? parseBody(body);
}

/** Where, without quoting the body: a log may repeat this. */
function placeOf(message: string, body: string): string {
  const at = /line \d+ column \d+/.exec(message);
  if (at !== null) return `see ${at[0]}`;
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return `see character ${position}`;
  return /end of JSON/.test(message)
    ? `it ends too early, after ${body.length} characters`
    : 'unexpected character';
}
