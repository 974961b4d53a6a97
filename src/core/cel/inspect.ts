/** One expression with values of its variables, evaluated as on the request path and explained for people. */
import { CelError, compileExpression } from './compile.ts';
import { fromJson } from './functions.ts';

export type Inspection =
  | { ok: true; type: string; value: unknown }
  /** `line` and `column` begin at 1. */
  | { ok: false; phase: 'compile' | 'evaluate'; error: string; line?: number; column?: number };

/** `variables` as JSON has them. */
export function inspectExpression(source: string, variables: Readonly<Record<string, unknown>>): Inspection {
  const compiled = compileExpression(source);
  if (!compiled.ok)
    return { ok: false, phase: 'compile', error: compiled.error, ...placeIn(source, compiled.at) };
  try {
    const value = compiled.program.evaluate(typed(variables));
    return { ok: true, type: typeOf(value), value: shown(value) };
  } catch (error) {
    const at = error instanceof CelError ? error.at : undefined;
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, phase: 'evaluate', error: message, ...placeIn(source, at) };
  }
}

/** On the request path whole numbers are ints, but a key's metadata is what JSON made of it: there all numbers are doubles. */
function typed(variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, name === 'apiKey' ? value : fromJson(value)]),
  );
}

function placeIn(source: string, at: number | undefined): { line?: number; column?: number } {
  if (at === undefined) return {};
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The library's own classes have these names. */
const classes: Readonly<Record<string, string>> = {
  UnsignedInt: 'uint',
  Duration: 'duration',
  Date: 'timestamp',
  Uint8Array: 'bytes',
  Optional: 'optional',
  Type: 'type',
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return 'list';
  return classes[value?.constructor?.name ?? ''] ?? 'map';
}

/** In JSON's terms; what JSON has no word for is text. */
function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Uint8Array) return hexOf(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, member]) => [String(key), shown(member)]));
  if (typeof value !== 'object' || value === null) return value;
  const type = typeOf(value);
  if (type === 'timestamp') return (value as CelTimestamp).toISOString();
  if (type === 'optional') return shownOptional(value as CelOptional);
  if (type !== 'map') return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shown(member)]));
}

interface CelTimestamp {
  toISOString(): string;
}

interface CelOptional {
  hasValue(): boolean;
  value(): unknown;
}

const shownOptional = (optional: CelOptional) =>
  optional.hasValue() ? { value: shown(optional.value()) } : {};

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
