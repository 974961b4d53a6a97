/** Create and replace: the one way an object gets into the store, whoever asks (REST, patch, controller, demo). */
import { isDeepStrictEqual } from 'node:util';
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject, ObjectMeta, ObjectRef } from '../../core/resources/object.ts';
import { refOf } from '../../core/resources/object-ref.ts';
import { refKey } from '../../storage/resource-changes.ts';
import type { ResourceChange } from '../../storage/resource-store.ts';
import {
  alreadyExists,
  conflict,
  invalid,
  modifiedSince,
  notFound,
  type StatusCause,
  StatusError,
} from '../status-error.ts';
import { admitObject } from './admit.ts';
import { type ObjectName, type RegistryContext, timestamp, type WriteOptions } from './context.ts';
import { removalChanges } from './delete.ts';
import { trackManagedFields } from './field-managers.ts';
import { namespaceOnDemand } from './namespaces.ts';

export function refTo(kind: KindDefinition, { namespace, name }: ObjectName): ObjectRef {
  return {
    group: kind.group,
    kind: kind.kind,
    ...(kind.namespaced && namespace !== undefined && { namespace }),
    name,
  };
}

export function getObject(context: RegistryContext, kind: KindDefinition, name: ObjectName): KubeObject {
  const found = context.store.get(refTo(kind, name));
  if (found === undefined) throw notFound(kind, name.name);
  return found;
}

interface CreateOptions extends WriteOptions {
  keepManagedFields?: boolean;
}

/** `given` has been through `decodeAs`. Returns the stored object (for a dry run what would be stored). */
export function createObject(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: CreateOptions,
): KubeObject {
  const changes = planCreate(context, kind, given, options);
  return options.dryRun === true ? lastObject(changes) : context.store.commit(changes).at(-1)!.object;
}

/**
 * Creates all that can be in one transaction; `prepare` gives the kind and the object as for `createObject`. In their order: what is
 * stored, or what was thrown of it.
 */
export function createObjects(
  context: RegistryContext,
  objects: readonly KubeObject[],
  prepare: (object: KubeObject) => { kind: KindDefinition; given: KubeObject },
  options: CreateOptions,
): (KubeObject | StatusError)[] {
  const planned = new Map<string, ResourceChange>();
  const outcomes = objects.map((object) => {
    try {
      const { kind, given } = prepare(object);
      const changes = planCreate(context, kind, given, options);
      const created = lastObject(changes);
      if (planned.has(refKey(refOf(created)))) throw alreadyExists(kind, created.metadata.name);
      for (const change of changes) {
        const id = refKey(change.type === 'put' ? refOf(change.object) : change.ref);
        // The namespace of several is made once.
        if (!planned.has(id)) planned.set(id, change);
      }
      return refOf(created);
    } catch (error) {
      if (error instanceof StatusError) return error;
      throw error;
    }
  });
  context.store.commit([...planned.values()]);
  return outcomes.map((outcome) => (outcome instanceof StatusError ? outcome : context.store.get(outcome)!));
}

/** The changes that make it; the last is the object itself. */
function planCreate(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: CreateOptions,
): ResourceChange[] {
  const named = withGeneratedName(context, given);
  if (named.metadata.resourceVersion !== undefined && named.metadata.resourceVersion !== '') {
    throw invalid(kind, named.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: must not be set: resourceVersion should not be set on objects to be created',
        field: 'metadata.resourceVersion',
      },
    ]);
  }
  const { status: _, ...withoutStatus } = named;
  const admitted = admitObject(
    context,
    kind,
    (kind.hasStatus ? withoutStatus : named) as KubeObject,
    options,
  );
  const { name, namespace } = admitted.metadata;
  const ref = refTo(kind, { name, ...(namespace !== undefined && { namespace }) });
  const namespaceChanges = kind.namespaced ? namespaceOnDemand(context, namespace!, options.warnings) : [];
  if (context.store.get(ref) !== undefined) throw alreadyExists(kind, name);
  const created: KubeObject = { ...admitted, metadata: serverMetadata(context, kind, admitted.metadata) };
  const tracked =
    options.keepManagedFields === true
      ? created
      : trackManagedFields(context, kind, undefined, created, options);
  return [...namespaceChanges, { type: 'put', object: tracked }];
}

function lastObject(changes: readonly ResourceChange[]): KubeObject {
  return (changes.at(-1) as { object: KubeObject }).object;
}

export interface UpdateOptions extends WriteOptions {
  /** A full replacement (PUT): custom resources must then say which version they replace. */
  replace?: boolean;
  /** Server-side apply has set the managed fields already. */
  keepManagedFields?: boolean;
}

/** Replaces the live object, or only its status. A write that changes nothing keeps the resourceVersion. */
export function updateObject(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: UpdateOptions,
): KubeObject {
  const [put, ...more] = planUpdate(context, kind, given, options);
  const live = getObject(context, kind, given.metadata);
  if (put === undefined) return live;
  if (options.dryRun !== true) return context.store.commit([put, ...more])[0]!.object;
  const { metadata, ...rest } = lastObject([put]);
  return {
    ...rest,
    metadata: { ...metadata, resourceVersion: live.metadata.resourceVersion! },
  } as KubeObject;
}

/** The changes that `updateObject` makes: first of the object itself; none when it stays as it is. */
export function planUpdate(
  context: RegistryContext,
  kind: KindDefinition,
  given: KubeObject,
  options: UpdateOptions,
): ResourceChange[] {
  const live = getObject(context, kind, given.metadata);
  checkVersion(kind, given, live, options.replace === true);
  const merged = options.subresource === 'status' ? statusOnly(given, live) : mainOnly(kind, given, live);
  const admitted = admitObject(context, kind, merged, options, live);
  const next: KubeObject = { ...admitted, metadata: keptMetadata(kind, admitted, live) };
  const tracked =
    options.keepManagedFields === true ? next : trackManagedFields(context, kind, live, next, options);
  if (sameObject(tracked, live)) return [];
  const finished =
    live.metadata.deletionTimestamp !== undefined && (tracked.metadata.finalizers ?? []).length === 0;
  const put: ResourceChange = { type: 'put', object: tracked };
  return finished ? [put, ...removalChanges(context, kind, tracked)] : [put];
}

function withGeneratedName(context: RegistryContext, given: KubeObject): KubeObject {
  const { name, generateName } = given.metadata;
  if (name !== '' || generateName === undefined) return given;
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let suffix = '';
  while (suffix.length < 5) suffix += alphabet[context.randomInt(alphabet.length)];
  return { ...given, metadata: { ...given.metadata, name: `${generateName.slice(0, 248)}${suffix}` } };
}

function serverMetadata(context: RegistryContext, kind: KindDefinition, given: ObjectMeta): ObjectMeta {
  const { deletionTimestamp: _, resourceVersion: __, ...rest } = given;
  return {
    ...rest,
    uid: context.newUid(),
    creationTimestamp: timestamp(context),
    ...(kind.hasGeneration && { generation: 1 }),
  };
}

function checkVersion(kind: KindDefinition, given: KubeObject, live: KubeObject, replace: boolean): void {
  const { resourceVersion, uid, name } = given.metadata;
  if (resourceVersion === undefined || resourceVersion === '') {
    if (!replace || kind.origin === 'builtin') return;
    const cause: StatusCause = {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0x0: must be specified for an update',
      field: 'metadata.resourceVersion',
    };
    throw invalid(kind, name, [cause]);
  }
  if (resourceVersion !== live.metadata.resourceVersion) throw conflict(kind, name, modifiedSince);
  if (uid !== undefined && uid !== live.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
    throw conflict(kind, name, why);
  }
}

function statusOnly(given: KubeObject, live: KubeObject): KubeObject {
  return {
    ...live,
    status: given['status'],
    metadata: { ...live.metadata, managedFields: given.metadata.managedFields },
  } as KubeObject;
}

function mainOnly(kind: KindDefinition, given: KubeObject, live: KubeObject): KubeObject {
  if (!kind.hasStatus) return given;
  const { status: _, ...rest } = given;
  return (live['status'] === undefined ? rest : { ...rest, status: live['status'] }) as KubeObject;
}

/** What a client may not change, whatever it sends. */
function keptMetadata(kind: KindDefinition, next: KubeObject, live: KubeObject): ObjectMeta {
  const { uid, creationTimestamp, deletionTimestamp, resourceVersion, generation } = live.metadata;
  const changed = kind.hasGeneration && !isDeepStrictEqual(desired(next), desired(live));
  const { deletionTimestamp: _, generation: __, ...rest } = next.metadata;
  return {
    ...rest,
    uid: uid!,
    creationTimestamp: creationTimestamp!,
    resourceVersion: resourceVersion!,
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(generation !== undefined && { generation: changed ? generation + 1 : generation }),
  };
}

function desired(object: KubeObject): Record<string, unknown> {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

/** Times in managedFields move with every write: they alone are no change. */
function sameObject(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(withoutTimes(a), withoutTimes(b));
}

function withoutTimes(object: KubeObject): KubeObject {
  const { managedFields, resourceVersion: _, ...rest } = object.metadata;
  const entries = managedFields?.map((entry) => ({ ...(entry as object), time: undefined }));
  const metadata = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined && !isEmpty(v)));
  const fields = Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined));
  return { ...fields, metadata: { ...metadata, managedFields: entries ?? [] } } as unknown as KubeObject;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
