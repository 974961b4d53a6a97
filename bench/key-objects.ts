/** VirtualKeys for benchmarks. */
import { hash } from 'node:crypto';
import type { KubeObject } from '../src/core/resources/object.ts';
import { namespace } from './keys-serve.ts';

/** As a former run left it, with its status. */
export function keyObject(n: number): KubeObject {
  const at = '2026-11-25T00:00:00Z';
  const keyHash = `sha256:${hash('sha256', `key ${n}`)}`;
  const owner = `person-${n % 5_000}`;
  const [conditionOf, display] = [{ type: 'Accepted', status: 'True', reason: 'Valid' }, `tg_…${n}`];
  const accepted = { ...conditionOf, message: 'The key opens its Gateways', lastTransitionTime: at };
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: {
      ...{ namespace, name: `key-${n}`, labels: { team: `team-${n % 100}`, department: `d-${n % 7}` } },
      ...{ uid: hash('md5', `key-${n}`), creationTimestamp: at, generation: 1 },
    },
    spec: { owner, metadata: { user_id: owner }, keyHash, display, allowedModels: ['claude-*'] },
    status: { display, keyHash, conditions: [{ ...accepted, observedGeneration: 1 }] },
  };
}
