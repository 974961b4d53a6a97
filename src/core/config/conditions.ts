/** Status conditions: the time of the last transition stays where the status value did not change. */
import type { Condition, KubeObject } from '../resources/object.ts';

export const controllerName = 'agentgateway.dev/agentgateway';

export interface ConditionInput {
  type: string;
  status: boolean;
  reason: string;
  message?: string;
}

export interface ConditionClock {
  nowRfc3339: string;
}

export function conditions(
  object: KubeObject,
  previous: readonly Condition[] | undefined,
  inputs: readonly ConditionInput[],
  { nowRfc3339 }: ConditionClock,
): Condition[] {
  return inputs.map(({ type, status, reason, message }) => {
    const value = status ? 'True' : 'False';
    const before = previous?.find((condition) => condition.type === type);
    return {
      type,
      status: value,
      reason,
      message: message ?? '',
      lastTransitionTime: before?.status === value ? before.lastTransitionTime : nowRfc3339,
      observedGeneration: object.metadata.generation ?? 1,
    };
  });
}
