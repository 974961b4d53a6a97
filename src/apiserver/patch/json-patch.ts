/** JSON patch (RFC 6902) with JSON pointers (RFC 6901). */
import { isDeepStrictEqual } from 'node:util';

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** The patch cannot be applied to this object; the text says which operation and why. */
export class JsonPatchError extends Error {}

const maxOperations = 10_000;

/** Returns the patched value; the target is not changed. Throws `JsonPatchError`. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new JsonPatchError('a JSON patch is a list of operations');
  if (operations.length > maxOperations) throw new JsonPatchError(`more than ${maxOperations} operations`);
  return operations.reduce(
    (root, operation) => apply(root, operation as JsonPatchOperation),
    structuredClone(target),
  );
}

function apply(root: unknown, operation: JsonPatchOperation): unknown {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return add(root, path, required(operation));
    case 'remove':
      return remove(root, path);
    case 'replace':
      get(root, path);
      return path.length === 0 ? required(operation) : add(remove(root, path), path, required(operation));
    case 'test':
      if (!isDeepStrictEqual(get(root, path), required(operation))) {
        throw new JsonPatchError(`testing path ${operation.path} failed`);
      }
      return root;
    case 'copy':
      return add(root, path, structuredClone(get(root, pointer(operation.from))));
    case 'move': {
      const from = pointer(operation.from);
      const value = get(root, from);
      return add(remove(root, from), path, value);
    }
    default:
      throw new JsonPatchError(`unknown operation ${JSON.stringify(operation.op)}`);
  }
}

function required(operation: JsonPatchOperation): unknown {
  if (!Object.hasOwn(operation, 'value'))
    throw new JsonPatchError(`${operation.op} ${operation.path} has no value`);
  return structuredClone(operation.value);
}

function pointer(text: unknown): string[] {
  if (text === '') return [];
  if (typeof text !== 'string' || !text.startsWith('/')) {
    throw new JsonPatchError(`${JSON.stringify(text)} is not a JSON pointer`);
  }
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function get(root: unknown, path: readonly string[]): unknown {
  return path.reduce((value, part) => {
    if (Array.isArray(value)) return value[indexOf(value, part, value.length - 1)];
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, part)) {
      return (value as Record<string, unknown>)[part];
    }
    throw missing(path);
  }, root);
}

function add(root: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const parent = get(root, path.slice(0, -1));
  const last = path.at(-1)!;
  if (Array.isArray(parent))
    parent.splice(last === '-' ? parent.length : indexOf(parent, last, parent.length), 0, value);
  else if (typeof parent === 'object' && parent !== null) {
    Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
  } else throw missing(path);
  return root;
}

function remove(root: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return null;
  get(root, path);
  const parent = get(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else delete (parent as Record<string, unknown>)[path.at(-1)!];
  return root;
}

function indexOf(array: readonly unknown[], part: string, highest: number): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : -1;
  if (index < 0 || index > highest)
    throw new JsonPatchError(`index ${part} is outside a list of ${array.length}`);
  return index;
}

function missing(path: readonly string[]): JsonPatchError {
  return new JsonPatchError(`path /${path.join('/')} does not exist`);
}
