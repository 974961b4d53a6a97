/** KindDefinition → apiextensions.k8s.io/v1 CustomResourceDefinition, as a real cluster takes it. */
import type { KindDefinition, Schema } from './kind.ts';

const gatewayApi = 'gateway.networking.k8s.io';

export function crdOf(kind: KindDefinition): Record<string, unknown> {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.${kind.group}`, annotations: annotationsOf(kind) },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: kind.listKind,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        ...(kind.categories.length > 0 && { categories: kind.categories }),
      },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          ...(kind.hasStatus && { subresources: { status: {} } }),
          additionalPrinterColumns: kind.columns,
          schema: { openAPIV3Schema: withoutMetadata(kind.schema) },
        },
      ],
    },
  };
}

/** `metadata` is the API server's own: it takes no word about it but its type. */
function withoutMetadata(schema: Schema): Schema {
  return { ...schema, properties: { ...schema.properties, metadata: { type: 'object' } } };
}

/** A real API server wants to know that these names of a protected group come from its owners' design (KEP-2337). */
function annotationsOf(kind: KindDefinition): Record<string, string> {
  if (kind.group !== gatewayApi) return {};
  return {
    'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328',
    'gateway.networking.k8s.io/bundle-version': 'v1.6.1',
    'gateway.networking.k8s.io/channel': 'standard',
  };
}
