import type { KindDefinition } from '../kind.ts';
import { objectSchema } from '../object-schema.ts';
import { required } from '../schema-builders.ts';
import { spec, status } from '../schemas/agentgateway-policy.ts';

/** Authentication, limits and other rules for the traffic of Gateways, routes and backends. */
export const agentgatewayPolicy: KindDefinition = {
  group: 'agentgateway.dev',
  version: 'v1alpha1',
  kind: 'AgentgatewayPolicy',
  listKind: 'AgentgatewayPolicyList',
  plural: 'agentgatewaypolicies',
  singular: 'agentgatewaypolicy',
  shortNames: ['agpol'],
  categories: ['agentgateway'],
  namespaced: true,
  origin: 'crd',
  hasStatus: true,
  hasGeneration: true,
  columns: [
    {
      name: 'Accepted',
      type: 'string',
      jsonPath: '.status.ancestors[*].conditions[?(@.type=="Accepted")].status',
    },
    {
      name: 'Attached',
      type: 'string',
      jsonPath: '.status.ancestors[*].conditions[?(@.type=="Attached")].status',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: objectSchema(
    'Authentication, limits and other rules for the traffic of Gateways, routes and backends.',
    { spec: required(spec), status },
  ),
};
