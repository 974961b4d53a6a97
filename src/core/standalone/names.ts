/** Names and values of the file as the resources take them. */
import { compileExpression } from '../cel/compile.ts';
import type { MapReader } from './reader.ts';

/** Lower-case letters, digits and `-`; '' where nothing is left. */
export function objectName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
}

export function isLabelValue(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(value);
}

/** An expression of CEL that compiles; undefined, and a fault, where it does not. */
export function celAt(parent: MapReader, name: string): string | undefined {
  const source = parent.text(name);
  if (source === undefined) return undefined;
  const compiled = compileExpression(source);
  if (!compiled.ok) parent.fault(name, `is not a valid CEL expression: ${compiled.error}`);
  return source;
}

const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Seconds of `60s`, `1h30m`, `30d`; undefined, and a fault, where it is none. */
export function secondsAt(parent: MapReader, name: string): number | undefined {
  const text = parent.text(name);
  if (text === undefined) return undefined;
  if (!/^(\d{1,6}(ms|s|m|h|d|w))+$/.test(text)) {
    parent.fault(name, 'must be a span of time, such as 60s, 1h or 30d');
    return undefined;
  }
  return [...text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * units[unit!]!,
    0,
  );
}
