/** A request in protobuf's JSON: field names in camelCase or snake_case, unknown ones refused. */
import type { LimitUnit, RateLimitDescriptor, RateLimitRequest } from '../core/ratelimit/model.ts';
import { parseUnit } from '../core/ratelimit/units.ts';
import { hasDuplicates } from './json-duplicates.ts';
import { unitOfNumber } from './unit-numbers.ts';

/** The text is no JSON of a request; the message says where. */
export class InvalidJson extends Error {
  override readonly name = 'InvalidJson';
}

type Readers = Record<string, (value: unknown) => void>;
const maxUint32 = 4_294_967_295;

export function requestFromJson(text: string): RateLimitRequest {
  const request: RateLimitRequest = { domain: '', descriptors: [] };
  readObject(parse(text), {
    domain: (value) => {
      request.domain = textOf(value);
    },
    descriptors: (value) => {
      request.descriptors = listOf(value).map(descriptorOf);
    },
    hitsAddend: (value) => {
      request.hitsAddend = countOf(value, maxUint32);
    },
  });
  return request;
}

function descriptorOf(json: unknown): RateLimitDescriptor {
  const descriptor: RateLimitDescriptor = { entries: [] };
  readObject(json, {
    entries: (value) => {
      descriptor.entries = listOf(value).map(entryOf);
    },
    limit: (value) => {
      descriptor.limitOverride = overrideOf(value);
    },
    hitsAddend: (value) => {
      descriptor.hitsAddend = countOf(value, Number.MAX_SAFE_INTEGER);
    },
    isNegativeHits: (value) => {
      if (typeof value !== 'boolean') throw new InvalidJson('isNegativeHits is no boolean');
      descriptor.isNegativeHits = value;
    },
  });
  return descriptor;
}

function entryOf(json: unknown): { key: string; value: string } {
  const entry = { key: '', value: '' };
  readObject(json, {
    key: (value) => {
      entry.key = textOf(value);
    },
    value: (value) => {
      entry.value = textOf(value);
    },
  });
  return entry;
}

function overrideOf(json: unknown): { requestsPerUnit: number; unit: LimitUnit } {
  let requestsPerUnit = 0;
  let unit: LimitUnit | undefined;
  readObject(json, {
    requestsPerUnit: (value) => {
      requestsPerUnit = countOf(value, maxUint32);
    },
    unit: (value) => {
      unit = typeof value === 'number' ? unitOfNumber(value) : unitOfName(textOf(value));
    },
  });
  if (unit === undefined) throw new InvalidJson('the limit override has no unit of time');
  return { requestsPerUnit, unit };
}

/** Enum names are upper case, and nothing else is one. */
function unitOfName(name: string): LimitUnit | undefined {
  return name === name.toUpperCase() ? parseUnit(name) : undefined;
}

function parse(text: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InvalidJson('no JSON');
  }
  if (hasDuplicates(text, json)) throw new InvalidJson('a field is said twice');
  return json;
}

/** Null is a field's default. */
function readObject(json: unknown, readers: Readers): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new InvalidJson('no object');
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(json)) {
    const camel = /[A-Z]/.test(name)
      ? name
      : name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const read = Object.hasOwn(readers, camel) ? readers[camel] : undefined;
    if (read === undefined) throw new InvalidJson(`unknown field ${name.slice(0, 100)}`);
    if (seen.has(camel)) throw new InvalidJson(`${camel} is said twice`);
    seen.add(camel);
    if (value !== null) read(value);
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string' || !value.isWellFormed()) throw new InvalidJson('no text');
  return value;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new InvalidJson('no list');
  return value;
}

const numberNotation = /^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][-+]?\d{1,3})?$/;

/** Numbers may come as text, as 64-bit ones do. */
function countOf(value: unknown, max: number): number {
  const number = typeof value === 'string' && numberNotation.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max)
    throw new InvalidJson('no count');
  return number;
}
