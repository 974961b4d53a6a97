/** The objects that a Gateway has beside it, so that `kubectl get svc`, `port-forward` and the docs' commands find them. */
import type { KubeObject } from '../resources/object.ts';
import { controllerName } from './conditions.ts';
import type { CompileContext } from './context.ts';
import { className } from './gateway-classes.ts';
import type { CompiledGateway, Gateways } from './gateways.ts';
import { groups } from './objects.ts';
import { ownedLabel } from './services.ts';

export interface OwnedObject {
  object: KubeObject;
  status?: Record<string, unknown>;
  /** Made only where nothing of that name is there: a user's own manifest wins. */
  onlyIfAbsent?: boolean;
}

export function ownedObjects(context: CompileContext, gateways: Gateways): OwnedObject[] {
  return [
    gatewayClass(),
    ...rateLimitService(context),
    ...gateways.all.flatMap((gateway) => objectsOf(gateway, context)),
  ];
}

function gatewayClass(): OwnedObject {
  return {
    onlyIfAbsent: true,
    object: {
      apiVersion: `${groups.gatewayApi}/v1`,
      kind: 'GatewayClass',
      metadata: { name: className },
      spec: { controllerName, description: 'Served by Tollgate' },
    },
  };
}

/** Answered by the embedded rate limit service; the walkthrough's policy refers to it. */
function rateLimitService(context: CompileContext): OwnedObject[] {
  const existing = context.objects.get(groups.core, 'Service', 'ratelimit', 'ratelimit');
  if (existing !== undefined && existing.metadata.labels?.[ownedLabel] === undefined) return [];
  return [
    {
      onlyIfAbsent: true,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'ratelimit', namespace: 'ratelimit', labels: { [ownedLabel]: 'true' } },
        spec: { type: 'ClusterIP', ports: [{ name: 'grpc', port: 8081, targetPort: 8081, protocol: 'TCP' }] },
      },
    },
  ];
}

function objectsOf({ object, listeners }: CompiledGateway, context: CompileContext): OwnedObject[] {
  const { name, namespace } = object.metadata;
  const selector = {
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/name': name,
    'gateway.networking.k8s.io/gateway-name': name,
  };
  const labels = {
    ...selector,
    'app.kubernetes.io/managed-by': 'tollgate',
    'gateway.networking.k8s.io/gateway-class-name': className,
    [ownedLabel]: 'true',
  };
  const owner = {
    apiVersion: object.apiVersion,
    kind: 'Gateway',
    name,
    uid: object.metadata.uid ?? '',
    controller: true,
  };
  const metadata = { name, namespace, labels, ownerReferences: [owner] };
  const ports = [
    ...new Set(listeners.filter(({ fault }) => fault === undefined).map(({ spec }) => spec.port)),
  ];
  const container = {
    name: 'tollgate',
    image: 'tollgate',
    ports: ports.map((containerPort) => ({
      name: `listener-${containerPort}`,
      containerPort,
      protocol: 'TCP',
    })),
  };
  const template = { metadata: { labels: selector }, spec: { containers: [container] } };
  return [
    { object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata } },
    service(metadata, selector, ports, context),
    {
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: { replicas: 1, selector: { matchLabels: selector }, template },
      },
      status: { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
    },
    pod(metadata, selector, container, context),
    endpointSlice(metadata, ports, context),
  ];
}

type Metadata = KubeObject['metadata'];

function service(
  metadata: Metadata,
  selector: Record<string, string>,
  ports: readonly number[],
  context: CompileContext,
): OwnedObject {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'LoadBalancer',
        selector,
        ports: ports.map((port) => ({ name: `listener-${port}`, port, targetPort: port, protocol: 'TCP' })),
      },
    },
    // Only an address: both `hostname` and `ip` would print both in the walkthrough's jsonpath.
    status: { loadBalancer: { ingress: [{ ip: context.address }] } },
  };
}

function pod(
  metadata: Metadata,
  selector: Record<string, string>,
  container: { name: string; image: string },
  context: CompileContext,
): OwnedObject {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: `${metadata.name}-0`, labels: { ...metadata.labels, ...selector } },
      spec: { containers: [container] },
    },
    status: {
      phase: 'Running',
      podIP: context.address,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: container.name, image: container.image, ready: true, restartCount: 0 }],
    },
  };
}

function endpointSlice(metadata: Metadata, ports: readonly number[], context: CompileContext): OwnedObject {
  return {
    object: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [context.address], conditions: { ready: true } }],
      ports: ports.map((port) => ({ name: `listener-${port}`, port, protocol: 'TCP' })),
    },
  };
}
