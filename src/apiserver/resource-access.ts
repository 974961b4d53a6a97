/** The admin API's way to the embedded registry: the same admission and validation as for kubectl. */
import type { KubeObject } from '../core/resources/object.ts';
import { listedKeys } from '../storage/listed-keys.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import type { RegistryContext } from './registry/context.ts';
import { deleteObject } from './registry/delete.ts';
import { kindByName, kindOfObject } from './registry/kind-of.ts';
import { decodeAs } from './registry/metadata.ts';
import { createObject, createObjects, refTo, updateObject } from './registry/write.ts';
import { StatusError } from './status-error.ts';

const fieldManager = 'tollgate-admin';

export function createEmbeddedResourceAccess(registry: RegistryContext): ResourceAccess {
  const options = (dryRun = false) => ({
    fieldManager,
    fieldValidation: 'Strict' as const,
    dryRun,
    warnings: [],
  });
  return {
    keys: registry.store.keys ?? listedKeys(() => registry.store.list('tollgate.dev', 'VirtualKey')),
    list: (group, kind) => registry.store.list(group, kind),
    get: (ref) => registry.store.get(refTo(kindByName(registry, ref.group, ref.kind), ref)),
    create: async (object, { dryRun } = {}) =>
      refusing(registry, () => {
        const kind = kindOfObject(registry, object);
        return createObject(registry, kind, decodeAs(kind, object, {}), options(dryRun));
      }),
    createAll: async (objects) => {
      const prepare = (object: KubeObject) => {
        const kind = kindOfObject(registry, object);
        return { kind, given: decodeAs(kind, object, {}) };
      };
      const outcomes = await registry.store.write(() => createObjects(registry, objects, prepare, options()));
      return outcomes.map((outcome) => (outcome instanceof StatusError ? refusalOf(outcome) : outcome));
    },
    update: async (object, { dryRun } = {}) =>
      refusing(registry, () => {
        const kind = kindOfObject(registry, object);
        return updateObject(registry, kind, decodeAs(kind, object, {}), options(dryRun));
      }),
    delete: async (ref) =>
      refusing(registry, () => {
        deleteObject(registry, kindByName(registry, ref.group, ref.kind), ref);
      }),
  };
}

async function refusing<T>(registry: RegistryContext, write: () => T): Promise<T> {
  try {
    return await registry.store.write(write);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw refusalOf(error);
  }
}

function refusalOf({ status }: StatusError): ResourceRefused {
  const { code, reason = 'Unknown', message = '', details } = status;
  return new ResourceRefused(code, reason, message, details?.causes);
}
