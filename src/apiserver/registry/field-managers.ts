/** Who set which field (`metadata.managedFields`): what server-side apply needs to find conflicts. */
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import type { RegistryContext, WriteOptions } from './context.ts';

export function trackManagedFields(
  _context: RegistryContext,
  _kind: KindDefinition,
  _before: KubeObject | undefined,
  after: KubeObject,
  _options: WriteOptions,
): KubeObject {
  return after;
}
