/** Who set which field (`metadata.managedFields`): what server-side apply needs to find conflicts. */
import { apiVersionOf, type KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { updateManagedFields } from '../patch/managed-fields.ts';
import { type RegistryContext, timestamp, type WriteOptions } from './context.ts';

/** The object with its managed fields brought up to date for a plain write by `options.fieldManager`. */
export function trackManagedFields(
  context: RegistryContext,
  kind: KindDefinition,
  before: KubeObject | undefined,
  after: KubeObject,
  options: WriteOptions,
): KubeObject {
  const managedFields = updateManagedFields({
    before,
    after,
    managedFields: after.metadata.managedFields ?? before?.metadata.managedFields ?? [],
    manager: options.fieldManager,
    apiVersion: apiVersionOf(kind),
    nowRfc3339: timestamp(context),
    ...(options.subresource !== undefined && { subresource: options.subresource }),
    schema: kind.schema,
  });
  return { ...after, metadata: { ...after.metadata, managedFields } };
}
