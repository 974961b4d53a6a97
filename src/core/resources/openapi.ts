/** OpenAPI v3 of the API as kubectl reads it: schemas for apply and explain, patch paths for the fieldValidation check. */
import { apiVersionOf, type KindDefinition, type Schema } from './kind.ts';
import { commonSchemas } from './openapi-common.ts';

/** Key of a group version in the index: `api/v1`, `apis/gateway.networking.k8s.io/v1`. */
export function groupVersionPath(kind: Pick<KindDefinition, 'group' | 'version'>): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
}

export function openApiDocument(
  kinds: readonly KindDefinition[],
  groupVersion: string,
): Record<string, unknown> {
  const own = kinds.filter((kind) => groupVersionPath(kind) === groupVersion);
  const schemas: Record<string, unknown> = { ...commonSchemas };
  const paths: Record<string, unknown> = {};
  for (const kind of own) {
    schemas[schemaName(kind)] = objectSchema(kind);
    schemas[`${schemaName(kind)}List`] = listSchema(kind);
    Object.assign(paths, pathsOf(kind));
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.34.0' },
    paths,
    components: { schemas },
  };
}

/** Reversed group, version, kind: `dev.agentgateway.v1alpha1.AgentgatewayPolicy`. */
function schemaName(kind: KindDefinition): string {
  const prefix = kind.group === '' ? 'io.k8s.api.core' : kind.group.split('.').reverse().join('.');
  return `${prefix}.${kind.version}.${kind.kind}`;
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const gvk = (kind: KindDefinition, suffix = '') => ({
  group: kind.group,
  version: kind.version,
  kind: kind.kind + suffix,
});

function objectSchema(kind: KindDefinition): unknown {
  const { properties, ...schema } = kind.schema;
  return {
    ...withoutRules(schema),
    properties: {
      ...Object.fromEntries(
        Object.entries(properties ?? {}).map(([name, field]) => [name, withoutRules(field)]),
      ),
      metadata: {
        description: 'Name, namespace, labels and annotations.',
        allOf: [ref('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')],
        default: {},
      },
    },
    'x-kubernetes-group-version-kind': [gvk(kind)],
  };
}

function listSchema(kind: KindDefinition): unknown {
  return {
    type: 'object',
    description: `A list of ${kind.kind} objects.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: ref('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'),
      items: { type: 'array', items: ref(schemaName(kind)) },
    },
    'x-kubernetes-group-version-kind': [gvk(kind, 'List')],
  };
}

/** The rules stay with the server: kubectl can't run them, and they are half of the document's size. */
function withoutRules(schema: Schema): Schema {
  const { 'x-kubernetes-validations': _, properties, items, additionalProperties, ...rest } = schema;
  const plain: Schema = { ...rest };
  if (properties !== undefined) {
    plain.properties = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, withoutRules(field)]),
    );
  }
  if (items !== undefined) plain.items = withoutRules(items);
  if (additionalProperties !== undefined) plain.additionalProperties = withoutRules(additionalProperties);
  return plain;
}

function pathsOf(kind: KindDefinition): Record<string, unknown> {
  const base = `/${groupVersionPath(kind)}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
  const action = (name: string, verb: string) => ({
    operationId: `${verb}${kind.kind}`,
    parameters: [queryText('fieldManager'), queryText('fieldValidation'), queryText('dryRun')],
    responses: {
      200: { description: 'OK', content: { 'application/json': { schema: ref(schemaName(kind)) } } },
    },
    'x-kubernetes-action': name,
    'x-kubernetes-group-version-kind': gvk(kind),
  });
  return {
    [base]: { get: action('list', 'list'), post: action('post', 'create') },
    [`${base}/{name}`]: {
      get: action('get', 'read'),
      put: action('put', 'replace'),
      patch: { ...action('patch', 'patch'), requestBody: patchBody(kind) },
      delete: action('delete', 'delete'),
    },
  };
}

/** kubectl sends what is listed here: custom resources have no strategic merge patch (the answer would be 415). */
function patchBody(kind: KindDefinition): unknown {
  const types = ['json-patch+json', 'merge-patch+json', 'apply-patch+yaml'];
  if (kind.origin === 'builtin') types.push('strategic-merge-patch+json');
  const schema = ref('io.k8s.apimachinery.pkg.apis.meta.v1.Patch');
  return { content: Object.fromEntries(types.map((type) => [`application/${type}`, { schema }])) };
}

function queryText(name: string): unknown {
  return {
    name,
    in: 'query',
    description: `See the Kubernetes API conventions: ${apiVersionOf({ group: '', version: 'v1' })}.`,
    schema: { type: 'string', uniqueItems: true },
  };
}
