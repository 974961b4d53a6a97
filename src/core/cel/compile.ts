/** CEL behind one interface: compiled once per configuration change, evaluated on the request path (about 0.1 µs). */
import type { Environment } from '@marcbachmann/cel-js';
import { createEnvironment } from './environment.ts';

export interface CelProgram {
  readonly source: string;
  /** The value in JavaScript terms: CEL int is bigint, double is number. Throws `CelError` when evaluation fails. */
  evaluate(variables: Record<string, unknown>): unknown;
}

/** `at`: offset in the source, where the fault has a place. */
export type CompileResult = { ok: true; program: CelProgram } | { ok: false; error: string; at?: number };
export type CompileExpression = (source: string) => CompileResult;

/** An expression that cannot be evaluated for this request: a missing field, a wrong type, a failing function. */
export class CelError extends Error {
  override readonly name = 'CelError';

  /** Offset in the source, where the fault has a place. */
  get at(): number | undefined {
    return placeOf(this.cause);
  }
}

/** The CRDs bound expressions to 16,384 characters; standalone configuration gets the same bound. */
const maxLength = 16_384;
let environment: Environment | undefined;

export function compileExpression(source: string): CompileResult {
  if (source.length > maxLength) return { ok: false, error: `longer than ${maxLength} characters` };
  environment ??= createEnvironment();
  try {
    const parsed = environment.parse(source);
    const checked = parsed.check();
    if (!checked.valid) return refused(checked.error);
    return { ok: true, program: { source, evaluate: (variables) => evaluate(parsed, variables) } };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): CompileResult {
  const at = placeOf(error);
  return { ok: false, error: firstLine(error), ...(at === undefined ? {} : { at }) };
}

function evaluate(
  parsed: (context: Record<string, unknown>) => unknown,
  variables: Record<string, unknown>,
): unknown {
  try {
    const value = parsed(variables);
    if (value === undefined) throw new Error('no value');
    return value;
  } catch (error) {
    throw new CelError(firstLine(error), { cause: error });
  }
}

/** The library draws the expression and a caret below its message; one line suits a status condition. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}

/** In a condition, what cannot be evaluated is false (agentgateway's rule). */
export function holds(program: CelProgram, variables: Record<string, unknown>): boolean {
  try {
    return program.evaluate(variables) === true;
  } catch {
    return false;
  }
}

/** The value as descriptor text: strings as they are, numbers and booleans in CEL's notation; anything else fails. */
export function asText(program: CelProgram, variables: Record<string, unknown>): string {
  const value = program.evaluate(variables);
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new CelError(`${program.source} is not a string, number or boolean`);
}

function placeOf(error: unknown): number | undefined {
  const start = (error as { range?: { start?: unknown } } | undefined)?.range?.start;
  return typeof start === 'number' ? start : undefined;
}
