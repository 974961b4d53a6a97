/** Where a Service can be reached: its EndpointSlices, or the name that an ExternalName stands for. */
import type { KubeObject } from '../resources/object.ts';
import type { CompileContext } from './context.ts';
import { groups } from './objects.ts';

/** Label of the objects that we made for a Gateway: their endpoints are this process itself. */
export const ownedLabel = 'tollgate.dev/owned';

interface SliceEndpoint {
  addresses: string[];
  conditions?: { ready?: boolean };
}

/** `host:port` of every ready endpoint; undefined when there is no such Service. */
export function serviceAddresses(
  context: CompileContext,
  namespace: string,
  name: string,
  port: number | undefined,
): string[] | undefined {
  const service = context.objects.get(groups.core, 'Service', namespace, name);
  if (service === undefined) return undefined;
  const spec = (service['spec'] ?? {}) as {
    type?: string;
    externalName?: string;
    ports?: { port: number; name?: string }[];
  };
  const wanted = port ?? spec.ports?.[0]?.port;
  if (spec.type === 'ExternalName') return wanted === undefined ? [] : [`${spec.externalName}:${wanted}`];
  const portName = spec.ports?.find((p) => p.port === wanted)?.name ?? '';
  return context.objects
    .list(groups.discovery, 'EndpointSlice')
    .filter((slice) => isSliceOf(slice, namespace, name))
    .flatMap((slice) => addressesOf(slice, portName));
}

export function serviceOrigins(
  context: CompileContext,
  namespace: string,
  name: string,
  port: number | undefined,
): string[] | undefined {
  return serviceAddresses(context, namespace, name, port)?.map((address) => `http://${address}`);
}

function isSliceOf(slice: KubeObject, namespace: string, name: string): boolean {
  const { labels = {} } = slice.metadata;
  return (
    slice.metadata.namespace === namespace &&
    labels['kubernetes.io/service-name'] === name &&
    labels[ownedLabel] === undefined
  );
}

function addressesOf(slice: KubeObject, portName: string): string[] {
  const ports = (slice['ports'] ?? []) as { name?: string; port?: number }[];
  const port = (ports.find((p) => (p.name ?? '') === portName) ?? ports[0])?.port;
  if (port === undefined) return [];
  return ((slice['endpoints'] ?? []) as SliceEndpoint[])
    .filter((endpoint) => endpoint.conditions?.ready !== false)
    .flatMap((endpoint) =>
      endpoint.addresses.map((address) =>
        address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
      ),
    );
}
