/** `frontend.tracing` of policies on Gateways: where their calls' traces go, which of them, and what is added. */
import { compileExpression } from '../cel/compile.ts';
import type { KubeObject } from '../resources/object.ts';
import type { CompileContext } from './context.ts';
import type { GatewayTracing, NamedExpression } from './gateway-tracing.ts';
import { nameOf } from './objects.ts';
import { serviceAddresses } from './services.ts';

export interface TracingSpec {
  backendRef?: { kind?: string; name: string; namespace?: string; port?: number };
  url?: string;
  path?: string;
  protocol?: 'GRPC' | 'HTTP';
  randomSampling?: string;
  clientSampling?: string;
  filter?: string;
  attributes?: { add?: NamedExpression[]; remove?: string[] };
  resources?: NamedExpression[];
}

const defaultPath = '/v1/traces';

/** Faults keep it from being in force; they endanger nothing. */
export function compileTracing(
  context: CompileContext,
  object: KubeObject,
  spec: TracingSpec,
): { tracing: GatewayTracing } | { faults: string[] } {
  const { randomSampling, clientSampling, filter, attributes = {}, resources = [] } = spec;
  const add = attributes.add ?? [];
  const origin = originOf(context, object.metadata.namespace!, spec);
  const faults = [
    ...(spec.protocol === 'HTTP'
      ? []
      : ['frontend.tracing with protocol GRPC is not enforced by this version: set protocol: HTTP']),
    ...('fault' in origin ? [origin.fault] : []),
    ...celFaults({ randomSampling, clientSampling, filter }),
    ...[...add, ...resources].flatMap(({ name, expression }) => celFaults({ [name]: expression })),
  ];
  if (faults.length > 0 || 'fault' in origin) return { faults };
  return {
    tracing: {
      policy: nameOf(object),
      url: origin.url,
      ...(randomSampling !== undefined && { randomSampling }),
      ...(clientSampling !== undefined && { clientSampling }),
      ...(filter !== undefined && { filter }),
      add,
      remove: attributes.remove ?? [],
      resources,
    },
  };
}

function originOf(
  context: CompileContext,
  policyNamespace: string,
  { url, path, backendRef }: TracingSpec,
): { url: string } | { fault: string } {
  if (url !== undefined) {
    const [, origin = url, ownPath = ''] = /^(https?:\/\/[^/]+)(\/.*)?$/.exec(url) ?? [];
    return { url: origin + (path ?? (ownPath === '' || ownPath === '/' ? defaultPath : ownPath)) };
  }
  const { name, kind = 'Service', port, namespace = policyNamespace } = backendRef!;
  const target = `${namespace}/${name}`;
  if (kind !== 'Service')
    return { fault: `frontend.tracing: backendRef of kind ${kind} is not served by this version` };
  const [address] = serviceAddresses(context, namespace, name, port) ?? [];
  if (address === undefined)
    return { fault: `frontend.tracing: Service ${target} is not found or has no ready endpoints` };
  return { url: `http://${address}${path ?? defaultPath}` };
}

function celFaults(expressions: Record<string, string | undefined>): string[] {
  return Object.entries(expressions).flatMap(([place, source]) => {
    const compiled = source === undefined ? undefined : compileExpression(source);
    if (compiled === undefined || compiled.ok) return [];
    return [`frontend.tracing ${place} is not a valid CEL expression: ${source}: ${compiled.error}`];
  });
}
