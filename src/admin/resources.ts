/** `/resources/{kind}`: the configuration as it stands, to look at. Nothing that is secret is part of it. */
import { hideSecrets } from '../core/resources/hide-secrets.ts';
import { list, open, record, required } from '../core/resources/schema-builders.ts';
import { Problem } from './problem.ts';
import type { Route } from './route.ts';

const groupOfKind: Readonly<Record<string, string>> = {
  Gateway: 'gateway.networking.k8s.io',
  HTTPRoute: 'gateway.networking.k8s.io',
  AgentgatewayBackend: 'agentgateway.dev',
  AgentgatewayPolicy: 'agentgateway.dev',
  VirtualKey: 'tollgate.dev',
  Budget: 'tollgate.dev',
};

export const resourceRoute: Route = {
  method: 'GET',
  path: '/resources/{kind}',
  access: 'viewer',
  summary: `Objects of one kind: ${Object.keys(groupOfKind).join(', ')}`,
  answer: {
    status: 200,
    description: 'All of them',
    schema: record('Objects.', { items: required(list('Kubernetes objects.', open('An object.'))) }),
  },
  serve({ context, path }) {
    const kind = path['kind']!;
    if (!Object.hasOwn(groupOfKind, kind))
      throw new Problem(404, 'not_found', `kind: one of ${Object.keys(groupOfKind).join(', ')}`, 'kind');
    const items = context.resources
      .list(groupOfKind[kind]!, kind)
      .map((object) => hideSecrets(object, () => '(hidden)'));
    return { status: 200, json: { items } };
  },
};
