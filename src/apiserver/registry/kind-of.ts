import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { badRequest } from '../status-error.ts';
import type { RegistryContext } from './context.ts';

/** Throws 400 for a kind this API does not have. */
export function kindByName(registry: RegistryContext, group: string, kind: string): KindDefinition {
  const found = registry.kinds.find((k) => k.group === group && k.kind === kind);
  if (found === undefined) throw badRequest(`no matches for kind "${kind}" in group "${group}"`);
  return found;
}

/** As `kindByName`, and the version must be the one that is served. */
export function kindOfObject(
  registry: RegistryContext,
  object: Pick<KubeObject, 'apiVersion' | 'kind'>,
): KindDefinition {
  const [version = '', group = ''] = String(object.apiVersion).split('/').reverse();
  const found = kindByName(registry, group, object.kind);
  if (found.version !== version) {
    throw badRequest(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
  }
  return found;
}
