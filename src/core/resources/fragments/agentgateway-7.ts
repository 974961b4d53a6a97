/** Parts of schemas that several places share. */
import { list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { requestAdd } from './agentgateway-6.ts';
import { backendRef } from './gateway-1.ts';

export const request = record(
  'What applies to requests.',
  {
    add: requestAdd,
    body: text('Body of request.', { minLength: 1, maxLength: 16384 }),
    metadata: mapOf('Metadata of request.', text('Value in metadata.', { minLength: 1, maxLength: 16384 }), {
      minProperties: 1,
      maxProperties: 16,
    }),
    remove: list(
      'Removed.',
      text('One entry of remove.', {
        pattern: "^:?[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
        minLength: 1,
        maxLength: 256,
        'x-kubernetes-validations': [
          {
            rule: "!self.startsWith(':') || self in [':authority', ':method', ':path', ':scheme', ':status']",
            message: 'pseudo-headers must be one of :authority, :method, :path, :scheme, or :status',
          },
        ],
      }),
      { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'set' },
    ),
    set: requestAdd,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.add) || has(self.body) || has(self.metadata) || has(self.remove) || has(self.set)',
        message: 'at least one of the fields in [add body metadata remove set] must be set',
      },
    ],
  },
);

export const transformation = record(
  'Rewrites requests or responses with CEL.',
  {
    request: request,
    response: request,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.request) || has(self.response)',
        message: 'at least one of the fields in [request response] must be set',
      },
    ],
  },
);

export const vertexai = record('Google Vertex AI.', {
  model: text('Model that is asked for, whatever the client says.', { minLength: 1, maxLength: 256 }),
  projectId: required(text('Project id of vertexai.', { minLength: 1, maxLength: 64 })),
  region: text('Region of vertexai.', { minLength: 1, maxLength: 64, default: 'global' }),
});

export const authorization = record('CEL rules over who may call what.', {
  action: text('Action of authorization.', { enum: ['Allow', 'Deny', 'Require'], default: 'Allow' }),
  policy: required(
    record('What is used when the condition holds.', {
      matchExpressions: required(
        list(
          'Conditions that must hold.',
          text('One entry of match expressions.', { minLength: 1, maxLength: 16384 }),
          { minItems: 1, maxItems: 256 },
        ),
      ),
    }),
  ),
});

export const extAuthCache = record('Cache of ext auth.', {
  key: required(
    list(
      'The value itself, or the entry of the Secret that holds it.',
      text('One entry of key.', { minLength: 1, maxLength: 16384 }),
      { minItems: 1, maxItems: 16 },
    ),
  ),
  maxEntries: whole('Max entries of cache.', { format: 'int32', minimum: 1 }),
  ttl: required(text('Ttl of cache.', { minLength: 1, maxLength: 16384 })),
});

export const grpc = record('Grpc of ext auth.', {
  contextExtensions: mapOf('Context extensions of grpc.', text('Value in context extensions.'), {
    maxProperties: 64,
  }),
  requestMetadata: mapOf(
    'Request metadata of grpc.',
    text('Value in request metadata.', { minLength: 1, maxLength: 16384 }),
    { maxProperties: 64 },
  ),
});

export const http = record('HTTP settings.', {
  addRequestHeaders: mapOf(
    'Add request headers of http.',
    text('Value in add request headers.', { minLength: 1, maxLength: 16384 }),
    { maxProperties: 64 },
  ),
  allowedRequestHeaders: list(
    'Allowed request headers of http.',
    text('One entry of allowed request headers.', { minLength: 1, maxLength: 256 }),
    { maxItems: 64 },
  ),
  allowedResponseHeaders: list(
    'Allowed response headers of http.',
    text('One entry of allowed response headers.', { minLength: 1, maxLength: 256 }),
    { maxItems: 64 },
  ),
  body: text('Body of http.', { minLength: 1, maxLength: 16384 }),
  path: text('Path that is matched or sent.', { minLength: 1, maxLength: 16384 }),
  redirect: text('Redirect of http.', { minLength: 1, maxLength: 16384 }),
  responseMetadata: mapOf(
    'Response metadata of http.',
    text('Value in response metadata.', { minLength: 1, maxLength: 16384 }),
    { maxProperties: 64 },
  ),
});

export const jwks = record(
  'Jwks of authentication.',
  {
    backendRef: backendRef,
    cacheDuration: text('Cache duration of jwks.', {
      pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
      maxLength: 32,
      default: '5m',
      'x-kubernetes-validations': [
        { rule: "duration(self) >= duration('5m')", message: 'cacheDuration must be at least 5m.' },
      ],
    }),
    jwksPath: text('Jwks path of jwks.', { minLength: 1, maxLength: 1024 }),
    url: text('Address as a URL.', {
      pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
      minLength: 1,
      maxLength: 1024,
    }),
  },
  {
    'x-kubernetes-validations': [
      {
        rule: '!has(self.backendRef) || has(self.jwksPath)',
        message: 'jwksPath is required when backendRef is set',
      },
      { rule: '!has(self.url) || !has(self.jwksPath)', message: 'jwksPath may not be set when url is set' },
      {
        rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
        message: 'exactly one of the fields in [backendRef url] must be set',
      },
    ],
  },
);
