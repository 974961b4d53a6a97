/**
 * The admin API's way to a real cluster: its server admits and validates as for any other client, with the rights of the account
 * that this gateway has there. What was written is seen at once, as the watch would tell it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KindDefinition } from '../core/resources/kind.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { groupOf, refOf } from '../core/resources/object-ref.ts';
import { listedKeys } from '../storage/listed-keys.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import { StoreUnavailable } from '../storage/store-unavailable.ts';
import { type ClusterApi, ClusterError } from './cluster-api.ts';
import type { KindWatch } from './kind-watch.ts';

interface ClusterAccessParts {
  api: ClusterApi;
  /** Undefined for kinds that are not watched. */
  kindOf(object: { apiVersion: string; kind: string }): KindDefinition | undefined;
  watchOf(named: { group: string; kind: string }): KindWatch | undefined;
}

const fieldManager = 'tollgate-admin';
/** Statuses are written all the time: a write that only meets these is tried again. */
const maxAttempts = 4;

export function createClusterResourceAccess({ api, kindOf, watchOf }: ClusterAccessParts): ResourceAccess {
  const written = (object: KubeObject, given: KubeObject): KubeObject => {
    const { apiVersion, kind } = given;
    const whole = { ...object, apiVersion, kind };
    watchOf({ group: groupOf(given), kind })?.adopt(whole);
    return whole;
  };
  const create: ResourceAccess['create'] = (object, { dryRun = false } = {}) =>
    refusing(async () => {
      const created = await api.create(watched(kindOf(object), object), object, queryOf(dryRun));
      return dryRun ? created : written(created, object);
    });
  return {
    keys: listedKeys(() => watchOf({ group: 'tollgate.dev', kind: 'VirtualKey' })?.objects ?? []),
    list: (group, kind) => watchOf({ group, kind })?.objects ?? [],
    get: (ref) => watchOf(ref)?.get(ref),
    create,
    createAll: (objects) => createEach(objects, create),
    update: (object, { dryRun = false } = {}) =>
      refusing(async () => {
        const kind = watched(kindOf(object), object);
        const updated = await replace(
          api,
          kind,
          object,
          watchOf(refOf(object))?.get(object.metadata),
          dryRun,
        );
        return dryRun ? updated : written(updated, object);
      }),
    delete: (ref) =>
      refusing(async () => {
        const watch = watchOf(ref);
        const live = watch?.get(ref);
        const kind = watched(live && kindOf(live), ref);
        const answer = (await api.remove(kind, ref)) as KubeObject;
        if (live === undefined) return;
        // Finalizers keep it for now: it is as the answer says.
        if (answer.metadata?.uid === live.metadata.uid && answer.kind === live.kind) written(answer, live);
        else watch?.forget(live);
      }),
  };
}

/** A cluster takes one at a time: when it can be reached no more on the way, what was created before stays and is told. */
async function createEach(
  objects: readonly KubeObject[],
  create: ResourceAccess['create'],
): Promise<(KubeObject | ResourceRefused)[]> {
  const outcomes: (KubeObject | ResourceRefused)[] = [];
  for (const object of objects) {
    try {
      outcomes.push(await create(object));
    } catch (error) {
      if (error instanceof ResourceRefused) outcomes.push(error);
      else if (outcomes.length === 0 || !(error instanceof StoreUnavailable)) throw error;
      else outcomes.push(new ResourceRefused(503, 'ServiceUnavailable', error.message));
    }
  }
  return outcomes;
}

/**
 * `known` is what the caller has seen. When the object was changed since, it is a conflict; when only its status was, the write is
 * made on what is there now.
 */
async function replace(
  api: ClusterApi,
  kind: KindDefinition,
  object: KubeObject,
  known: KubeObject | undefined,
  dryRun: boolean,
): Promise<KubeObject> {
  const { resourceVersion: given } = object.metadata;
  let version = given ?? known?.metadata.resourceVersion;
  for (let attempt = 1; ; attempt++) {
    // Who manages which field is the server's own to keep.
    const { managedFields: _, ...named } = object.metadata;
    const metadata = { ...named, ...(version !== undefined && { resourceVersion: version }) };
    try {
      return await api.replace(kind, { ...object, metadata }, queryOf(dryRun));
    } catch (error) {
      const isConflict = error instanceof ClusterError && error.code === 409;
      const sawAnother = given !== undefined && given !== known?.metadata.resourceVersion;
      if (!isConflict || known === undefined || sawAnother || attempt === maxAttempts) throw error;
      const now = await api.get(kind, object.metadata);
      if (!isDeepStrictEqual(meaning(now), meaning(known))) throw error;
      version = now.metadata.resourceVersion;
    }
  }
}

/** What people write. */
function meaning({ apiVersion: _, kind: __, status: ___, metadata, ...content }: KubeObject): unknown {
  const { uid, labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata;
  return { content, uid, labels, annotations, finalizers, ownerReferences };
}

function queryOf(dryRun: boolean): string {
  return `?fieldManager=${fieldManager}&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
}

function watched(definition: KindDefinition | undefined, { kind }: { kind: string }): KindDefinition {
  if (definition !== undefined) return definition;
  throw new ResourceRefused(
    404,
    'NotFound',
    `${kind}: there is none, or it is none of the kinds that are written here`,
  );
}

const refusals: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  422: 'Invalid',
};

async function refusing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ResourceRefused) throw error;
    // Whatever it was, it may have happened: its message names the host at most.
    if (!(error instanceof ClusterError))
      throw new StoreUnavailable(`the cluster cannot be reached: ${(error as Error).message}`);
    const { reason = refusals[error.code], message = error.message, details } = error.status;
    if (refusals[error.code] === undefined)
      throw new StoreUnavailable(`the cluster takes no changes now: ${error.code} ${message}`);
    const causes = (details?.causes ?? []).map((cause) => ({
      field: cause.field ?? '',
      message: cause.message ?? '',
    }));
    throw new ResourceRefused(error.code, reason!, message, causes);
  }
}
