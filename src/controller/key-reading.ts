/** How values of VirtualKeys are read: those that are in Secrets out of the source. */
import { nameOf } from '../core/config/objects.ts';
import type { KeyReading } from '../core/config/virtual-key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

/** Of now: what changes later is not seen. */
export function readingOf(source: Pick<ResourceSource, 'list'>, sha256: KeyReading['sha256']): KeyReading {
  let secrets: Map<string, KubeObject> | undefined;
  return {
    sha256,
    secret: (namespace, name) => {
      secrets ??= new Map(source.list('', 'Secret').map((secret) => [nameOf(secret), secret]));
      return secrets.get(`${namespace}/${name}`);
    },
  };
}
