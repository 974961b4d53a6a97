/** Who owns which field after a plain write: what changed belongs to the writer, and to nobody else. */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from '../../core/resources/kind.ts';
import {
  type FieldPath,
  fieldKey,
  isFields,
  type Leaves,
  leavesOf,
  pathsOfTree,
  treeOfPaths,
} from './field-set.ts';

type Fields = Record<string, unknown>;

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** RFC 3339. */
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Fields;
  subresource?: string;
}

export interface Ownership {
  entry: Omit<ManagedFieldsEntry, 'fieldsV1' | 'fieldsType'>;
  paths: Map<string, FieldPath>;
}

export interface FieldUpdate {
  before: Fields | undefined;
  after: Fields;
  /** What the object says itself of its owners; kubectl rewrites that when it moves to server-side apply. */
  managedFields: readonly unknown[];
  manager: string;
  apiVersion: string;
  nowRfc3339: string;
  subresource?: string;
  schema: Schema;
}

export function updateManagedFields(update: FieldUpdate): ManagedFieldsEntry[] {
  const { manager, apiVersion, subresource, nowRfc3339 } = update;
  const before: Leaves = update.before === undefined ? new Map() : leavesOf(update.before, update.schema);
  const after = leavesOf(update.after, update.schema);
  const owners = readOwners(update.managedFields);
  const changed = [...after].filter(([key, leaf]) => !isDeepStrictEqual(before.get(key)?.value, leaf.value));
  dropGone(owners, after);
  if (changed.length > 0) {
    for (const { paths } of owners) for (const [key] of changed) paths.delete(key);
    const entry = {
      manager,
      operation: 'Update' as const,
      apiVersion,
      ...(subresource !== undefined && { subresource }),
    };
    const own = ownerOf(owners, entry);
    own.entry.time = nowRfc3339;
    for (const [key, leaf] of changed) own.paths.set(key, leaf.path);
  }
  return writeOwners(owners);
}

export function readOwners(entries: readonly unknown[]): Ownership[] {
  return entries.filter(isFields).flatMap((given) => {
    const { fieldsV1, fieldsType: _, ...entry } = given as unknown as ManagedFieldsEntry;
    if (typeof entry.manager !== 'string') return [];
    return [{ entry, paths: new Map(pathsOfTree(fieldsV1).map((path) => [fieldKey(path), path])) }];
  });
}

export function writeOwners(owners: readonly Ownership[]): ManagedFieldsEntry[] {
  return owners
    .filter(({ paths }) => paths.size > 0)
    .map(({ entry, paths }) => ({ ...entry, fieldsType: 'FieldsV1', fieldsV1: treeOfPaths(paths.values()) }));
}

/** The entry of this manager, added when it has none. A manager's applies and updates are two owners. */
export function ownerOf(owners: Ownership[], entry: Ownership['entry']): Ownership {
  const found = owners.find(
    (owner) =>
      owner.entry.manager === entry.manager &&
      owner.entry.operation === entry.operation &&
      owner.entry.apiVersion === entry.apiVersion &&
      owner.entry.subresource === entry.subresource,
  );
  if (found !== undefined) return found;
  const added: Ownership = { entry: { ...entry }, paths: new Map() };
  owners.push(added);
  return added;
}

export function dropGone(owners: readonly Ownership[], after: Leaves): void {
  for (const { paths } of owners) for (const key of paths.keys()) if (!after.has(key)) paths.delete(key);
}
