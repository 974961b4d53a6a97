/** Stands in front of what a policy that could not be compiled guards: refused, never served unguarded. */
import type { TrafficPolicy } from '../config/snapshot.ts';
import type { CompiledPolicy } from './policy.ts';

export function compileBroken(broken: TrafficPolicy['broken']): CompiledPolicy {
  const names = [...new Set(broken.map(({ policy }) => policy))].join(', ');
  const cause = broken.map(({ policy, message }) => `${policy}: ${message}`).join('; ');
  return {
    phase: 'request',
    plan: () => ({
      refusal: {
        code: 'broken_configuration',
        detail: `the configuration of this route is not valid: see the status of policy ${names}`,
        cause,
      },
    }),
    apply: () => undefined,
  };
}
