/** `/resources/{kind}`: the configuration as it stands, to look at. Nothing that is secret is part of it. */
import { hideSecrets } from '../core/resources/hide-secrets.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { list, open, record, required } from '../core/resources/schema-builders.ts';
import type { AdminContext } from './context.ts';
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

const mostKeys = 1_000;

export const resourceRoute: Route = {
  method: 'GET',
  path: '/resources/{kind}',
  access: 'viewer',
  summary: `Objects of one kind: ${Object.keys(groupOfKind).join(', ')}`,
  answer: {
    status: 200,
    description: `All of them; of VirtualKeys ${mostKeys} at most: \`GET /keys\` has all, page by page`,
    schema: record('Objects.', { items: required(list('Kubernetes objects.', open('An object.'))) }),
  },
  serve({ context, path }) {
    const kind = path['kind']!;
    if (!Object.hasOwn(groupOfKind, kind))
      throw new Problem(404, 'not_found', `kind: one of ${Object.keys(groupOfKind).join(', ')}`, 'kind');
    const objects =
      kind === 'VirtualKey' ? firstKeys(context) : context.resources.list(groupOfKind[kind]!, kind);
    return { status: 200, json: { items: objects.map((object) => hideSecrets(object, () => '(hidden)')) } };
  },
};

function firstKeys({ resources, nowMs }: AdminContext): readonly KubeObject[] {
  const page = { offset: 0, limit: mostKeys };
  return resources.keys.find({ nowMs: nowMs() }, { by: 'name', descending: false }, page).objects;
}
