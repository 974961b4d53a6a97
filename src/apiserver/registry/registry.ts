/** Opens the registry over a store: what a new cluster has is made sure of, every time. */
import { randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { crdOf } from '../../core/resources/crd.ts';
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceChange, ResourceStore } from '../../storage/resource-store.ts';
import { type RegistryContext, timestamp } from './context.ts';
import { createInitialNamespaces } from './namespaces.ts';

export interface RegistryOptions {
  store: ResourceStore;
  kinds: readonly KindDefinition[];
  now: () => Date;
  /** Default: random (RFC 9562 version 4). */
  newUid?: () => string;
  /** Whole number in [0, below). */
  randomInt?: (below: number) => number;
}

/** Creates the initial namespaces and the CRDs of the kinds; after a new release the CRDs are brought up to date. */
export function openRegistry(options: RegistryOptions): RegistryContext {
  const context: RegistryContext = {
    store: options.store,
    kinds: options.kinds,
    now: options.now,
    newUid: options.newUid ?? randomUUID,
    randomInt: options.randomInt ?? ((below) => randomInt(below)),
  };
  createInitialNamespaces(context);
  writeDefinitions(context);
  return context;
}

function writeDefinitions(context: RegistryContext): void {
  const changes: ResourceChange[] = [];
  for (const kind of context.kinds) {
    if (kind.origin !== 'crd') continue;
    const wanted = JSON.parse(JSON.stringify(crdOf(kind))) as KubeObject;
    const group = 'apiextensions.k8s.io';
    const live = context.store.get({ group, kind: 'CustomResourceDefinition', name: wanted.metadata.name });
    if (live !== undefined && isDeepStrictEqual(live['spec'], wanted['spec'])) continue;
    changes.push({ type: 'put', object: established(context, wanted, live) });
  }
  context.store.commit(changes);
}

function established(context: RegistryContext, wanted: KubeObject, live: KubeObject | undefined): KubeObject {
  const spec = wanted['spec'] as { names: unknown; versions: { name: string }[] };
  const lastTransitionTime = timestamp(context);
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime,
    reason,
    message,
  });
  return {
    ...wanted,
    metadata: {
      ...wanted.metadata,
      uid: live?.metadata.uid ?? context.newUid(),
      creationTimestamp: live?.metadata.creationTimestamp ?? lastTransitionTime,
      generation: (live?.metadata.generation ?? 0) + 1,
    },
    status: {
      acceptedNames: spec.names,
      storedVersions: spec.versions.map((version) => version.name),
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
    },
  };
}
