import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/gateway-class.ts';

/** A class of Gateways and the controller that serves them. */
export const gatewayClass: KindDefinition = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'GatewayClass',
  listKind: 'GatewayClassList',
  plural: 'gatewayclasses',
  singular: 'gatewayclass',
  shortNames: ['gc'],
  categories: ['gateway-api'],
  namespaced: false,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Controller', type: 'string', jsonPath: '.spec.controllerName' },
    { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Description', type: 'string', priority: 1, jsonPath: '.spec.description' },
  ],
  schema: objectSchema('A class of Gateways and the controller that serves them.', {
    spec: required(spec),
    status,
  }),
};
