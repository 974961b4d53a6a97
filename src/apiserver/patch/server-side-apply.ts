/** Server-side apply: joins an applied configuration with the live object by who owns which field. */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from '../../core/resources/kind.ts';
import {
  displayPath,
  type FieldPath,
  isFields,
  itemElement,
  type Leaves,
  leavesOf,
  schemaAt,
} from './field-set.ts';
import {
  dropGone,
  type ManagedFieldsEntry,
  type Ownership,
  ownerOf,
  readOwners,
  writeOwners,
} from './managed-fields.ts';

type Fields = Record<string, unknown>;

export interface ApplyRequest {
  live: Fields | undefined;
  /** What the client sent, pruned but not defaulted: it owns exactly these fields. */
  applied: Fields;
  managedFields: readonly unknown[];
  schema: Schema;
  manager: string;
  apiVersion: string;
  force: boolean;
  nowRfc3339: string;
  subresource?: string;
}

export interface ApplyConflict {
  /** As messages name the other manager: `"kubectl"`, or `"x" using v1` for one that updates. */
  manager: string;
  field: string;
}

export type ApplyResult =
  | { ok: true; object: Fields; managedFields: ManagedFieldsEntry[] }
  | { ok: false; conflicts: ApplyConflict[] };

export function applyPatch(request: ApplyRequest): ApplyResult {
  const { live, applied, schema, manager, apiVersion, subresource } = request;
  const wanted = leavesOf(applied, schema);
  const present: Leaves = live === undefined ? new Map() : leavesOf(live, schema);
  const owners = readOwners(request.managedFields);
  const entry = {
    manager,
    operation: 'Apply' as const,
    apiVersion,
    ...(subresource !== undefined && { subresource }),
  };
  const own = ownerOf(owners, entry);
  const others = owners.filter((owner) => owner !== own);
  const conflicts = takeOver(others, wanted, present);
  if (conflicts.length > 0 && !request.force) return { ok: false, conflicts };
  const abandoned = [...own.paths].filter(
    ([key]) => !wanted.has(key) && !others.some(({ paths }) => paths.has(key)),
  );
  const base = abandoned.reduce<Fields>((object, [, path]) => without(object, path, schema), live ?? {});
  const object = join(base, applied, schema) as Fields;
  const moved = !isDeepStrictEqual(new Set(own.paths.keys()), new Set(wanted.keys()));
  if (moved || own.entry.time === undefined) own.entry.time = request.nowRfc3339;
  own.paths = new Map([...wanted].map(([key, leaf]) => [key, leaf.path]));
  dropGone(owners, leavesOf(object, schema));
  return { ok: true, object, managedFields: writeOwners(owners) };
}

/** Takes every wanted field whose value would change from its other owners, and says which those were. */
function takeOver(others: readonly Ownership[], wanted: Leaves, present: Leaves): ApplyConflict[] {
  const conflicts: ApplyConflict[] = [];
  for (const { entry, paths } of others) {
    for (const [key, { path, value }] of wanted) {
      if (!paths.has(key) || isDeepStrictEqual(present.get(key)?.value, value)) continue;
      paths.delete(key);
      conflicts.push({ manager: displayManager(entry), field: displayPath(path) });
    }
  }
  return conflicts;
}

function displayManager({ manager, operation, subresource, apiVersion }: Ownership['entry']): string {
  const name =
    JSON.stringify(manager) +
    (subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Apply' ? name : `${name} using ${apiVersion}`;
}

/** Objects are joined, lists as their schema says; what is applied wins. */
function join(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  if (isFields(applied) && isFields(live) && schema?.['x-kubernetes-map-type'] !== 'atomic') {
    const result: Fields = { ...live };
    for (const [name, value] of Object.entries(applied)) {
      const joined = join(Object.hasOwn(live, name) ? live[name] : undefined, value, schemaAt(schema, name));
      Object.defineProperty(result, name, {
        value: joined,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return result;
  }
  const type = schema?.['x-kubernetes-list-type'];
  if (!Array.isArray(applied) || !Array.isArray(live) || type === undefined || type === 'atomic')
    return applied;
  const name = (item: unknown) => itemElement(item, schema!);
  const before = new Map(live.map((item) => [name(item), item]));
  const joined = applied.map((item) => join(before.get(name(item)), item, schema!.items));
  const names = new Set(applied.map(name));
  return [...live.filter((item) => !names.has(name(item))), ...joined].sort(
    (a, b) => order(live, a, name) - order(live, b, name),
  );
}

/** Items keep the place they have; new ones come last. */
function order(live: readonly unknown[], item: unknown, name: (item: unknown) => string): number {
  const at = live.findIndex((candidate) => name(candidate) === name(item));
  return at < 0 ? live.length : at;
}

/** The object without the field, and without containers that this leaves empty. */
function without(object: Fields, path: FieldPath, schema: Schema | undefined): Fields {
  return (removeAt(object, path, schema) ?? {}) as Fields;
}

function removeAt(value: unknown, [element, ...rest]: FieldPath, schema: Schema | undefined): unknown {
  if (element === undefined || element === '.') return undefined;
  if (Array.isArray(value)) {
    const kept = value.flatMap((item) => {
      if (schema === undefined || itemElement(item, schema) !== element) return [item];
      const left = rest.length === 0 ? undefined : removeAt(item, rest, schema.items);
      return left === undefined ? [] : [left];
    });
    return kept.length === 0 ? undefined : kept;
  }
  const name = element.slice(2);
  if (!isFields(value) || !Object.hasOwn(value, name)) return value;
  const { [name]: member, ...others } = value;
  const left = rest.length === 0 ? undefined : removeAt(member, rest, schemaAt(schema, name));
  if (left !== undefined) return { ...value, [name]: left };
  return Object.keys(others).length === 0 ? undefined : others;
}
