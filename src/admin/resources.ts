/** `/resources/{kind}`: the configuration as it stands, to look at. Nothing that is secret is part of it. */
import type { KubeObject } from '../core/resources/object.ts';
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
    const items = context.resources.list(groupOfKind[kind]!, kind).map(withoutSecrets);
    return { status: 200, json: { items } };
  },
};

/** kubectl's annotation repeats the whole object; managedFields say nothing to a reader. */
function withoutSecrets(object: KubeObject): unknown {
  const { managedFields: _, annotations, ...metadata } = object.metadata;
  const { ['kubectl.kubernetes.io/last-applied-configuration']: __, ...kept } = annotations ?? {};
  return redacted({ ...object, metadata: { ...metadata, ...(annotations && { annotations: kept }) } });
}

const hidden = '(hidden)';
const secretHeader = /authorization|api-?key|token|secret|cookie|password/i;

/** Credentials may stand in a backend itself (`auth.key`) and in headers that a policy or route sets. */
function redacted(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, parent));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Record<string, unknown>;
  const isSecretHeader = typeof object['name'] === 'string' && secretHeader.test(object['name']);
  return Object.fromEntries(
    Object.entries(object).map(([name, member]) => {
      const isSecret =
        typeof member === 'string' &&
        ((parent === 'auth' && name === 'key') || (isSecretHeader && name === 'value'));
      return [name, isSecret ? hidden : redacted(member, name)];
    }),
  );
}
