/** Composition of the resources of a real cluster. */
import { allKinds } from './core/resources/kinds.ts';
import { loadClusterAccess } from './kube/kubeconfig.ts';
import { createClusterResourceSource } from './kube/resource-source.ts';
import type { ResourceSource } from './storage/resource-source.ts';

/** What the compiler reads, and so what a real cluster is watched for. */
const watchedKinds = new Set([
  'Namespace',
  'Secret',
  'ConfigMap',
  'Service',
  'EndpointSlice',
  'GatewayClass',
  'Gateway',
  'HTTPRoute',
  'ReferenceGrant',
  'AgentgatewayBackend',
  'AgentgatewayPolicy',
  'VirtualKey',
  'Budget',
]);

export function clusterSource(log: Parameters<typeof createClusterResourceSource>[0]['log']): ResourceSource {
  return createClusterResourceSource({
    access: loadClusterAccess(process.env),
    kinds: allKinds.filter(({ kind }) => watchedKinds.has(kind)),
    log,
    random: Math.random,
  });
}
