/** A Service's defaults: addresses and ports that a cluster would assign. Nothing routes to them; clients expect them there. */
import type { KubeObject } from '../../core/resources/object.ts';
import type { RegistryContext } from './context.ts';
import type { KindRuleResult } from './kind-rule.ts';

type Fields = Record<string, unknown>;

/** A range like the usual service network; each Service has its own address. */
const clusterRange = { prefix: '10.96', hosts: 65_534 };
const nodePorts = { first: 30_000, count: 2_768 };

export function completeService(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: RegistryContext,
): Partial<KindRuleResult> {
  const given = (object['spec'] ?? {}) as Fields;
  const before = (previous?.['spec'] ?? {}) as Fields;
  const type = (given['type'] as string | undefined) ?? 'ClusterIP';
  const spec: Fields = { sessionAffinity: 'None', ...given, type };
  if (type !== 'ExternalName') Object.assign(spec, withAddress(spec, before, context));
  if (Array.isArray(given['ports'])) {
    const needsNodePort = type === 'LoadBalancer' || type === 'NodePort';
    spec['ports'] = (given['ports'] as Fields[]).map((port) =>
      completePort(port, needsNodePort, (before['ports'] ?? []) as Fields[], context),
    );
  }
  if (type === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true;
  if (type === 'LoadBalancer' || type === 'NodePort') spec['externalTrafficPolicy'] ??= 'Cluster';
  const status = (object['status'] as Fields | undefined) ?? { loadBalancer: {} };
  return { object: { ...object, spec, status } };
}

function withAddress(spec: Fields, before: Fields, context: RegistryContext): Fields {
  const clusterIP = spec['clusterIP'] || before['clusterIP'] || freeAddress(context);
  return {
    clusterIP,
    clusterIPs: [clusterIP],
    ipFamilies: spec['ipFamilies'] ?? ['IPv4'],
    ipFamilyPolicy: spec['ipFamilyPolicy'] ?? 'SingleStack',
    internalTrafficPolicy: spec['internalTrafficPolicy'] ?? 'Cluster',
  };
}

function completePort(
  port: Fields,
  needsNodePort: boolean,
  before: Fields[],
  context: RegistryContext,
): Fields {
  const protocol = port['protocol'] ?? 'TCP';
  const completed: Fields = { ...port, protocol, targetPort: port['targetPort'] ?? port['port'] };
  if (!needsNodePort) return completed;
  const same = before.find((p) => p['port'] === port['port'] && p['protocol'] === protocol);
  completed['nodePort'] =
    port['nodePort'] || same?.['nodePort'] || nodePorts.first + context.randomInt(nodePorts.count);
  return completed;
}

function freeAddress(context: RegistryContext): string {
  const taken = new Set(
    context.store
      .list('', 'Service')
      .map((service) => (service['spec'] as Fields | undefined)?.['clusterIP']),
  );
  for (;;) {
    const host = 1 + context.randomInt(clusterRange.hosts);
    const address = `${clusterRange.prefix}.${host >> 8}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
}
