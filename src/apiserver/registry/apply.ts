/** Server-side apply. */
import type { KindDefinition } from '../../core/resources/kind.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { StatusError } from '../status-error.ts';
import type { RegistryContext, WriteOptions } from './context.ts';

export function applyObject(
  _context: RegistryContext,
  _kind: KindDefinition,
  _given: KubeObject,
  _options: WriteOptions & { force: boolean },
): { object: KubeObject; created: boolean } {
  throw new StatusError(501, 'NotImplemented', 'server-side apply is not available');
}
