/** Every kind that the API knows. */
import type { KindDefinition } from './kind.ts';
import { agentgatewayBackend } from './kinds/agentgateway-backend.ts';
import { agentgatewayPolicy } from './kinds/agentgateway-policy.ts';
import { budget } from './kinds/budget.ts';
import { configMap, event, namespace, secret, serviceAccount } from './kinds/core.ts';
import { customResourceDefinition } from './kinds/custom-resource-definition.ts';
import { gateway } from './kinds/gateway.ts';
import { gatewayClass } from './kinds/gateway-class.ts';
import { httpRoute } from './kinds/http-route.ts';
import { endpointSlice, service } from './kinds/network.ts';
import { referenceGrant } from './kinds/reference-grant.ts';
import { virtualKey } from './kinds/virtual-key.ts';
import { deployment, pod, replicaSet, statefulSet } from './kinds/workload.ts';

export const allKinds: readonly KindDefinition[] = [
  configMap,
  event,
  namespace,
  pod,
  secret,
  serviceAccount,
  service,
  deployment,
  replicaSet,
  statefulSet,
  endpointSlice,
  customResourceDefinition,
  gatewayClass,
  gateway,
  httpRoute,
  referenceGrant,
  agentgatewayBackend,
  agentgatewayPolicy,
  virtualKey,
  budget,
];
