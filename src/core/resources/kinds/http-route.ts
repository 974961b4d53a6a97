import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/http-route.ts';

/** Which requests go to which backend. */
export const httpRoute: KindDefinition = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  listKind: 'HTTPRouteList',
  plural: 'httproutes',
  singular: 'httproute',
  shortNames: [],
  categories: ['gateway-api'],
  namespaced: true,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: objectSchema('Which requests go to which backend.', { spec: required(spec), status }),
};
