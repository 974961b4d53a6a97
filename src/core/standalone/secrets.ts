/** Values that should not stand in a file: `$NAME` or `${NAME}` is taken from the environment, `{file: PATH}` from a file. */
import { isMap, type MapReader } from './reader.ts';

/** Undefined where it is left out, or a fault was told. Messages never quote a value. */
export function secretAt(parent: MapReader, name: string): string | undefined {
  const given = parent.any(name);
  if (given === undefined) return undefined;
  const value = isMap(given) ? fromFile(parent, name, given) : fromText(parent, name, given);
  if (value === undefined) return undefined;
  if (value.trim() !== '') return value.trim();
  parent.fault(name, 'is empty');
  return undefined;
}

function fromText(parent: MapReader, name: string, given: unknown): string | undefined {
  if (typeof given !== 'string') {
    parent.fault(name, 'must be text, $NAME of the environment, or {file: PATH}');
    return undefined;
  }
  const variable = /^\$(?:\{(\w+)\}|(\w+))$/.exec(given);
  if (variable === null) return given;
  const wanted = variable[1] ?? variable[2]!;
  const value = parent.reader.surroundings.env(wanted);
  if (value === undefined) parent.fault(name, `${wanted} is not set in the environment`);
  return value;
}

function fromFile(parent: MapReader, name: string, given: Record<string, unknown>): string | undefined {
  const { file, ...others } = given;
  if (typeof file !== 'string' || Object.keys(others).length > 0) {
    parent.fault(name, 'must be text, $NAME of the environment, or {file: PATH}');
    return undefined;
  }
  try {
    return parent.reader.surroundings.readFile(file);
  } catch {
    parent.fault(`${name}.file`, 'cannot be read');
    return undefined;
  }
}
