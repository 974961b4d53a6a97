/** A rule for one built-in kind, beyond its schema. */
import type { KubeObject } from '../../core/resources/object.ts';
import type { StatusCause } from '../status-error.ts';
import type { RegistryContext } from './context.ts';

export interface KindRuleResult {
  object: KubeObject;
  causes: StatusCause[];
  warnings: string[];
}

export type KindRule = (
  object: KubeObject,
  previous: KubeObject | undefined,
  context: RegistryContext,
) => Partial<KindRuleResult>;
