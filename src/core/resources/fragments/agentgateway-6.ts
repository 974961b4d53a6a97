/** Parts of schemas that several places share. */
import { any, list, mapOf, record, required, text, whole } from '../schema-builders.ts';
import { authSecretRef, secretRef } from './agentgateway-1.ts';
import { aws, location } from './agentgateway-2.ts';
import { gcp } from './agentgateway-3.ts';
import { cache, clientAuth } from './agentgateway-4.ts';
import { identityProvider, source } from './agentgateway-5.ts';
import { backendRef } from './gateway-1.ts';

export const auth = record(
  'Credential that is sent to the backend.',
  {
    aws: aws,
    azure: record(
      'Azure OpenAI or Foundry.',
      {
        managedIdentity: record(
          'Managed identity of azure.',
          {
            clientId: text('Client id of managed identity.'),
            objectId: text('Object id of managed identity.'),
            resourceId: text('Resource id of managed identity.'),
          },
          {
            'x-kubernetes-validations': [
              {
                rule: '[has(self.clientId), has(self.objectId), has(self.resourceId)].filter(x, x).size() <= 1',
                message: 'at most one of the fields in [clientId objectId resourceId] may be set',
              },
            ],
          },
        ),
        secretRef: secretRef,
        workloadIdentity: record('Workload identity of azure.', {}),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: '[has(self.secretRef), has(self.managedIdentity), has(self.workloadIdentity)].filter(x, x).size() <= 1',
            message: 'at most one of the fields in [secretRef managedIdentity workloadIdentity] may be set',
          },
        ],
      },
    ),
    credentials: list(
      'Credentials of auth.',
      record('One entry of credentials.', {
        location: required(location),
        secretRef: required(authSecretRef),
      }),
      { minItems: 1, maxItems: 8, 'x-kubernetes-list-type': 'atomic' },
    ),
    crossAppAccess: record('Cross app access of auth.', {
      accessTokenScopes: list(
        'Access token scopes of cross app access.',
        text('One entry of access token scopes.'),
        { maxItems: 64 },
      ),
      audience: required(text('Audience of cross app access.', { minLength: 1, maxLength: 256 })),
      cache: cache,
      identityProvider: required(identityProvider),
      resourceAuthorizationServer: required(identityProvider),
      resources: list('Resources of cross app access.', text('One entry of resources.'), {
        minItems: 1,
        maxItems: 64,
      }),
      scopes: list('Scopes of cross app access.', text('One entry of scopes.'), {
        minItems: 1,
        maxItems: 64,
      }),
      subjectToken: record(
        'Subject token of cross app access.',
        {
          source: source,
          tokenType: text('Token type of subject token.'),
        },
        {
          'x-kubernetes-validations': [
            {
              rule: "!has(self.tokenType) || self.tokenType != 'IdJag'",
              message: 'tokenType IdJag is not supported by crossAppAccess',
            },
          ],
        },
      ),
    }),
    gcp: gcp,
    jwtSign: record('Jwt sign of auth.', {
      alg: text('Alg of jwt sign.', { enum: ['ES256', 'ES384', 'PS256', 'RS256', 'RS384', 'RS512'] }),
      claims: mapOf(
        'Claims of jwt sign.',
        any('Value in claims.', { 'x-kubernetes-preserve-unknown-fields': true }),
      ),
      kid: text('Kid of jwt sign.'),
      location: location,
      signingKeyRef: required(secretRef),
      ttl: text('Ttl of jwt sign.', {
        pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
        maxLength: 32,
        'x-kubernetes-validations': [
          { rule: "duration(self) >= duration('1s')", message: 'ttl must be at least 1 second' },
        ],
      }),
    }),
    key: text('The value itself, or the entry of the Secret that holds it.', { maxLength: 2048 }),
    location: location,
    oauthTokenExchange: record(
      'Oauth token exchange of auth.',
      {
        actorToken: record(
          'Actor token of oauth token exchange.',
          {
            mayAct: text('May act of actor token.', { enum: ['Required'] }),
            source: required(source),
            tokenType: text('Token type of actor token.'),
          },
          {
            'x-kubernetes-validations': [
              {
                rule: "!has(self.mayAct) || self.mayAct != 'Required' || (has(self.tokenType) && self.tokenType == 'Jwt')",
                message: 'mayAct Required requires tokenType Jwt',
              },
            ],
          },
        ),
        additionalParams: mapOf(
          'Additional params of oauth token exchange.',
          text('Value in additional params.', { minLength: 1, maxLength: 16384 }),
          { maxProperties: 64 },
        ),
        audiences: list(
          'Audiences of oauth token exchange.',
          text('One entry of audiences.', { minLength: 1, maxLength: 256 }),
          { minItems: 1, maxItems: 64 },
        ),
        backendRef: backendRef,
        cache: cache,
        clientAuth: clientAuth,
        grantType: text('Grant type of oauth token exchange.', { enum: ['JwtBearer', 'TokenExchange'] }),
        location: location,
        path: text('Path that is matched or sent.', { pattern: '^/' }),
        requestedTokenType: text('Requested token type of oauth token exchange.', {
          enum: ['AccessToken', 'Jwt', 'IdToken', 'IdJag'],
        }),
        resources: list('Resources of oauth token exchange.', text('One entry of resources.'), {
          minItems: 1,
          maxItems: 64,
        }),
        scopes: list('Scopes of oauth token exchange.', text('One entry of scopes.'), {
          minItems: 1,
          maxItems: 64,
        }),
        subjectToken: record('Subject token of oauth token exchange.', {
          source: source,
          tokenType: text('Token type of subject token.'),
        }),
        url: text('Address as a URL.', {
          pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
          minLength: 1,
          maxLength: 1024,
        }),
      },
      {
        'x-kubernetes-validations': [
          {
            rule: "!has(self.actorToken) || !has(self.grantType) || self.grantType == 'TokenExchange'",
            message: 'actorToken is only valid with TokenExchange grantType',
          },
          {
            rule: "!has(self.requestedTokenType) || !has(self.grantType) || self.grantType == 'TokenExchange'",
            message: 'requestedTokenType is only valid with TokenExchange grantType',
          },
          {
            rule: "!has(self.requestedTokenType) || self.requestedTokenType != 'IdJag'",
            message: 'requestedTokenType IdJag is only supported by crossAppAccess',
          },
          { rule: '!(has(self.url) && has(self.path))', message: 'path may not be set when url is set' },
          {
            rule: '[has(self.backendRef), has(self.url)].filter(x, x).size() == 1',
            message: 'exactly one of the fields in [backendRef url] must be set',
          },
        ],
      },
    ),
    passthrough: record("Sends the client's own credential on.", {}),
    secretRef: authSecretRef,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: 'has(self.credentials) || [has(self.key), has(self.secretRef), has(self.passthrough), has(self.aws), has(self.azure), has(self.gcp), has(self.oauthTokenExchange), has(self.crossAppAccess), has(self.jwtSign)].filter(x, x).size() == 1',
        message:
          'must specify credentials, or at most one of key/secretRef/passthrough/aws/azure/gcp/oauthTokenExchange/crossAppAccess/jwtSign (credentials may be combined with a primary auth kind)',
      },
      {
        rule: '!has(self.location) || has(self.key) || has(self.secretRef) || has(self.passthrough)',
        message: 'location may only be set for key, secretRef, or passthrough auth',
      },
      {
        rule: '[has(self.key), has(self.secretRef), has(self.passthrough), has(self.aws), has(self.azure), has(self.gcp), has(self.oauthTokenExchange), has(self.crossAppAccess), has(self.jwtSign)].filter(x, x).size() <= 1',
        message:
          'at most one of the fields in [key secretRef passthrough aws azure gcp oauthTokenExchange crossAppAccess jwtSign] may be set',
      },
    ],
  },
);

export const health = record('Health of policies.', {
  eviction: record('Eviction of health.', {
    consecutiveFailures: whole('Consecutive failures of eviction.', { format: 'int32', minimum: 0 }),
    duration: text('Duration of eviction.', {
      pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$',
      maxLength: 32,
      default: '3s',
      'x-kubernetes-validations': [
        { rule: "duration(self) >= duration('1s')", message: 'duration must be at least 1 second' },
      ],
    }),
    healthThreshold: whole('Health threshold of eviction.', { format: 'int32', minimum: 0, maximum: 100 }),
    restoreHealth: whole('Restore health of eviction.', { format: 'int32', minimum: 0, maximum: 100 }),
  }),
  unhealthyCondition: text('Unhealthy condition of health.', { minLength: 1, maxLength: 16384 }),
});

export const requestAdd = list(
  'Added.',
  record('One entry of add.', {
    name: required(
      text('Name of the object that is meant.', {
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
    ),
    value: required(text('Value that is compared or set.', { minLength: 1, maxLength: 16384 })),
  }),
  { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] },
);
