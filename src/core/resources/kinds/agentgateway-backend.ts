import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/agentgateway-backend.ts';

/** A model provider, or another destination of routes. */
export const agentgatewayBackend: KindDefinition = {
  group: 'agentgateway.dev',
  version: 'v1alpha1',
  kind: 'AgentgatewayBackend',
  listKind: 'AgentgatewayBackendList',
  plural: 'agentgatewaybackends',
  singular: 'agentgatewaybackend',
  shortNames: ['agbe'],
  categories: ['agentgateway'],
  namespaced: true,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    { name: 'Accepted', type: 'string', jsonPath: '.status.conditions[?(@.type=="Accepted")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: objectSchema('A model provider, or another destination of routes.', {
    spec: required(spec),
    status,
  }),
};
