/** Composition of the resources of a real cluster. */
import { allKinds } from './core/resources/kinds.ts';
import { loadClusterAccess } from './kube/kubeconfig.ts';
import { type ClusterResources, openClusterResources } from './kube/resource-source.ts';

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

export function clusterResources(
  issuesKeys: boolean,
  log: Parameters<typeof openClusterResources>[0]['log'],
): ClusterResources {
  return openClusterResources({
    access: loadClusterAccess(process.env),
    issuesKeys,
    kinds: allKinds.filter(({ kind }) => watchedKinds.has(kind)),
    log,
    random: Math.random,
  });
}
