/** `/openapi.json`: the table of routes as an OpenAPI 3.1 document. */
import type { Schema } from '../core/resources/kind.ts';
import { open } from '../core/resources/schema-builders.ts';
import { cookieName } from './principal.ts';
import { rolesOf } from './roles.ts';
import type { Route } from './route.ts';
import { prefix } from './router.ts';

export function openApiRoute(routes: () => readonly Route[]): Route {
  let document: object | undefined;
  return {
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    summary: 'This document',
    answer: { status: 200, description: 'OpenAPI 3.1', schema: open('An OpenAPI document.') },
    serve() {
      document ??= openApiOf(routes());
      return { status: 200, json: document };
    },
  };
}

function openApiOf(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `${prefix}${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollgate admin API',
      version: 'v1',
      description:
        'Virtual keys, budgets, usage and calls. Money is in nano-dollars (10⁻⁹ US dollars), times are RFC 3339.',
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An admin token, or a virtual key.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: cookieName,
          description: 'From POST /session; changes then need the header `x-tollgate-csrf`.',
        },
      },
      schemas: { Error: errorSchema },
    },
  };
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'One word for machines.' },
        message: { type: 'string', description: 'One sentence for people.' },
        field: { type: 'string', description: 'The field or parameter that is wrong.' },
      },
    },
  },
};

function operationOf(route: Route): object {
  const { method, path, access, summary, query = {}, body, answer } = route;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema: plain(schema) })),
  ];
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(access === 'open' ? { security: [] } : { security: [{ bearer: [] }, { session: [] }] }),
    ...(access === 'open' ? {} : { description: `For: ${rolesOf[access].join(', ')}.` }),
    'x-roles': rolesOf[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: plain(body) } } } }),
    responses: {
      [answer.status]: { description: answer.description, ...contentOf(answer) },
      default: {
        description: 'What went wrong',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf({ schema, mediaTypes = [] }: Route['answer']): object {
  const json = schema === undefined ? [] : [['application/json', { schema: plain(schema) }]];
  const others = mediaTypes.map((type) => [type, { schema: { type: 'string' } }]);
  return json.length + others.length === 0 ? {} : { content: Object.fromEntries([...json, ...others]) };
}

/** `POST /keys/{namespace}/{name}/rotate` → `postKeysNamespaceNameRotate`. */
function operationIdOf(method: string, path: string): string {
  const words = path.split(/\W+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** A structural schema as JSON Schema 2020-12: without Kubernetes' own words, `nullable` as a second type. */
function plain(schema: Schema): object {
  const { properties, items, additionalProperties, nullable, oneOf, anyOf, allOf, not, ...rest } = schema;
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('x-kubernetes-')));
  return {
    ...own,
    ...(nullable && schema.type !== undefined ? { type: [schema.type, 'null'] } : {}),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, plain(field)])),
    }),
    ...(items && { items: plain(items) }),
    ...(additionalProperties && { additionalProperties: plain(additionalProperties) }),
    ...(oneOf && { oneOf: oneOf.map(plain) }),
    ...(anyOf && { anyOf: anyOf.map(plain) }),
    ...(allOf && { allOf: allOf.map(plain) }),
    ...(not && { not: plain(not) }),
  };
}
