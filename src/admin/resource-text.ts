/** One object as YAML to edit, and the schemas that an editor completes from. Values of secrets are `(hidden)`. */
import { apiVersionOf, type KindDefinition, type Schema } from '../core/resources/kind.ts';
import { allKinds } from '../core/resources/kinds.ts';
import { list, open, record, required, text } from '../core/resources/schema-builders.ts';
import { versionOf } from './apply.ts';
import { editable } from './hidden-values.ts';
import { notFound } from './problem.ts';
import type { Route } from './route.ts';

/** What a person configures the gateway with. */
const configured = new Set([
  'Gateway',
  'HTTPRoute',
  'ReferenceGrant',
  'AgentgatewayBackend',
  'AgentgatewayPolicy',
  'VirtualKey',
  'Budget',
  'Secret',
  'ConfigMap',
  'Service',
]);
export const kindsToEdit = allKinds.filter(({ kind }) => configured.has(kind));

export const resourceTextRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/resources/{kind}/{namespace}/{name}',
    access: 'viewer',
    summary: 'One object as YAML to edit; `POST /resources:apply` takes it back',
    answer: {
      status: 200,
      description: 'The object',
      schema: record('An object to edit.', {
        yaml: required(text('Without status; secrets are `(hidden)`.')),
        version: required(text('For `expect` of `POST /resources:apply`.')),
      }),
    },
    async serve({ context, path }) {
      const { kind: kindName, namespace = '', name = '' } = path;
      const kind = kindsToEdit.find((one) => one.kind === kindName);
      const found = kind && context.resources.get({ group: kind.group, kind: kind.kind, namespace, name });
      if (found === undefined) throw notFound('such object');
      const { stringify } = await import('yaml');
      return {
        status: 200,
        json: { yaml: stringify(editable(found), { lineWidth: 0 }), version: versionOf(found) },
      };
    },
  },
  {
    method: 'GET',
    path: '/resource-schemas',
    access: 'viewer',
    summary: 'Schemas of the kinds that configure the gateway',
    answer: {
      status: 200,
      description: 'Schemas',
      schema: record('Schemas.', { items: required(list('One a kind.', open('apiVersion, kind, schema.'))) }),
    },
    serve: () => ({ status: 200, json: { items: kindsToEdit.map(schemaOf) } }),
  },
];

const schemaOf = (kind: KindDefinition) => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  schema: withoutStatus(kind.schema),
});

/** Nobody writes a status by hand. */
function withoutStatus(schema: Schema): unknown {
  const { status: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}
