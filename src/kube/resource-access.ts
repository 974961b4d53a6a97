/** The admin API over a real cluster: it shows what the controller sees; changes are the cluster's own business (its RBAC). */
import { listedKeys } from '../storage/listed-keys.ts';
import { type ResourceAccess, ResourceRefused } from '../storage/resource-access.ts';
import type { ResourceSource } from '../storage/resource-source.ts';

export function createReadOnlyResourceAccess(source: Pick<ResourceSource, 'list'>): ResourceAccess {
  const refuse = async (): Promise<never> => {
    throw new ResourceRefused(
      403,
      'Forbidden',
      'the resources are in the cluster: change them there, with kubectl and its rights',
    );
  };
  return {
    keys: listedKeys(() => source.list('tollgate.dev', 'VirtualKey')),
    list: (group, kind) => source.list(group, kind),
    get: ({ group, kind, namespace, name }) =>
      source
        .list(group, kind)
        .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace),
    create: refuse,
    createAll: refuse,
    update: refuse,
    delete: refuse,
  };
}
