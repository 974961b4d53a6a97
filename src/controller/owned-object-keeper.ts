/** Keeps the objects that stand beside Gateways as they should be, and removes those whose Gateway is gone. */
import { isDeepStrictEqual } from 'node:util';
import type { OwnedObject } from '../core/config/owned-objects.ts';
import { ownedLabel } from '../core/config/services.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { refOf } from '../core/resources/object-ref.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

const ownedKinds = [
  { group: '', kind: 'ServiceAccount' },
  { group: '', kind: 'Service' },
  { group: 'apps', kind: 'Deployment' },
  { group: '', kind: 'Pod' },
  { group: 'discovery.k8s.io', kind: 'EndpointSlice' },
];

export class OwnedObjectKeeper {
  readonly #source: ResourceSource;
  readonly #enabled: boolean;
  /** What was last asked for, by name: asking again for the same changes nothing. */
  readonly #kept = new Map<string, KubeObject>();

  constructor(source: ResourceSource, enabled: boolean) {
    this.#source = source;
    this.#enabled = enabled;
  }

  async keep(owned: readonly OwnedObject[]): Promise<void> {
    if (!this.#enabled) return;
    for (const wanted of owned) await this.#ensure(wanted);
    const names = new Set(owned.map(({ object }) => keyOf(object)));
    for (const { group, kind } of ownedKinds) {
      for (const object of [...this.#source.list(group, kind)]) {
        const isOwned =
          object.metadata.labels?.[ownedLabel] !== undefined &&
          (object.metadata.ownerReferences?.length ?? 0) > 0;
        if (!isOwned || names.has(keyOf(object))) continue;
        this.#kept.delete(keyOf(object));
        await this.#source.remove(refOf(object));
      }
    }
  }

  async #ensure({ object, status, onlyIfAbsent }: OwnedObject): Promise<void> {
    const key = keyOf(object);
    const live = this.#find(object);
    const unchanged = live !== undefined && (onlyIfAbsent || isDeepStrictEqual(this.#kept.get(key), object));
    if (!unchanged) {
      await this.#source.ensure(object);
      this.#kept.set(key, object);
    }
    if (status === undefined) return;
    const current = this.#find(object);
    if (current !== undefined && !isDeepStrictEqual(current['status'], status))
      await this.#source.writeStatus(current, status);
  }

  #find(object: KubeObject): KubeObject | undefined {
    const { group, kind, namespace, name } = refOf(object);
    return this.#source
      .list(group, kind)
      .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }
}

function keyOf(object: KubeObject): string {
  const { group, kind, namespace, name } = refOf(object);
  return `${group}/${kind}/${namespace ?? ''}/${name}`;
}
