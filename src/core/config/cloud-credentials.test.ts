/** Where clouds are and what their credentials are made from; what can't be read refuses the backend, in one sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../resources/object.ts';
import { Objects } from './objects.ts';
import { compileTarget, type ProviderSpec } from './provider-targets.ts';

const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'ns' },
  data: Object.fromEntries(
    Object.entries(data).map(([entry, value]) => [entry, Buffer.from(value).toString('base64')]),
  ),
});

const secrets = [
  secret('aws', { accessKey: ' AKIA\n', secretKey: 'secret' }),
  secret('aws-temporary', { accessKey: 'ASIA', secretKey: 'secret', sessionToken: 'session' }),
  secret('aws-half', { accessKey: 'AKIA', secretKey: '' }),
  secret('google', { 'credentials.json': '{"type":"service_account"}', other: '{}', text: 'no JSON' }),
  secret('entra', { tenantID: 't', clientID: 'c', clientSecret: 's' }),
  secret('entra-half', { tenantID: 't', clientID: 'c' }),
];

function compile(provider: object, auth?: object, providerUrls: Record<string, string> = {}) {
  const context = {
    objects: new Objects({ list: (_, kind) => (kind === 'Secret' ? secrets : []) }),
    nowRfc3339: '',
    sha256: (text: string) => text,
    providerUrls,
    address: '',
    bindErrors: {},
    rateLimits: { errors: [] },
    keySets: {},
  };
  return compileTarget(
    context,
    'ns',
    'ns/b',
    provider as ProviderSpec,
    auth === undefined ? {} : ({ auth } as never),
  );
}

function credentialOf(provider: object, auth?: object): unknown {
  const result = compile(provider, auth);
  return 'target' in result ? result.target.credential : result.fault;
}

const bedrock = { bedrock: { region: 'eu-central-1' } };
const vertexai = { vertexai: { projectId: 'p', region: 'global' } };
const azureopenai = { azureopenai: { endpoint: 'r.openai.azure.com' } };
const foundry = { azure: { resourceName: 'r', resourceType: 'Foundry', projectName: 'p' } };
const signed = { type: 'aws', region: 'eu-central-1', service: 'bedrock' };
const roleArn = 'arn:aws:iam::123456789012:role/r';

test('what each form is made from', () => {
  const aws = (spec: object) => credentialOf(bedrock, { aws: spec });
  const gcp = (spec: object) => credentialOf(vertexai, { gcp: spec });
  const azure = (spec: object) => credentialOf(azureopenai, { azure: spec });
  const entra = { type: 'azure', scope: 'https://cognitiveservices.azure.com/.default' };
  const cases: [actual: unknown, expected: unknown][] = [
    [
      aws({ secretRef: { name: 'aws' } }),
      { ...signed, keys: { accessKeyId: 'AKIA', secretAccessKey: 'secret' } },
    ],
    [
      aws({ secretRef: { name: 'aws-temporary' }, region: 'us-east-1', serviceName: 'x' }),
      {
        type: 'aws',
        region: 'us-east-1',
        service: 'x',
        keys: { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'session' },
      },
    ],
    [aws({}), signed],
    [credentialOf(bedrock), signed],
    [
      aws({ assumeRole: { roleArn, tags: [{ key: 'team', value: 'a' }] } }),
      { ...signed, role: { arn: roleArn, sessionName: 'tollgate', tags: [{ key: 'team', value: 'a' }] } },
    ],
    [credentialOf(bedrock, { key: 'k' }), { type: 'key', value: 'k', location: undefined }],
    [gcp({ secretRef: { name: 'google' } }), { type: 'gcp', credentials: '{"type":"service_account"}' }],
    [gcp({ secretRef: { name: 'google', key: 'other' } }), { type: 'gcp', credentials: '{}' }],
    [gcp({ type: 'AccessToken' }), { type: 'gcp' }],
    [gcp({ type: 'IdToken', audience: 'https://a' }), { type: 'gcp', audience: 'https://a' }],
    [credentialOf(vertexai), { type: 'gcp' }],
    [
      azure({ secretRef: { name: 'entra' } }),
      { ...entra, source: { type: 'secret', tenantId: 't', clientId: 'c', clientSecret: 's' } },
    ],
    [azure({ managedIdentity: { objectId: 'o' } }), { ...entra, source: { type: 'managed', objectId: 'o' } }],
    [azure({ workloadIdentity: {} }), { ...entra, source: { type: 'workload' } }],
    [azure({}), { ...entra, source: { type: 'surroundings' } }],
    [credentialOf(azureopenai), undefined],
    [
      credentialOf(foundry, { azure: {} }),
      { type: 'azure', scope: 'https://ai.azure.com/.default', source: { type: 'surroundings' } },
    ],
  ];
  for (const [actual, expected] of cases) assert.deepEqual(actual, expected);
});

test('what can not be read refuses the backend', () => {
  const cases: [provider: object, auth: object, fault: string][] = [
    [bedrock, { aws: { secretRef: { name: 'none' } } }, 'secret ns/none not found'],
    [bedrock, { aws: { secretRef: { name: 'google' } } }, 'secret ns/google missing accessKey value'],
    [bedrock, { aws: { secretRef: { name: 'aws-half' } } }, 'secret ns/aws-half missing secretKey value'],
    [
      bedrock,
      { aws: { secretRef: { name: 'aws', kind: 'Vault', group: 'x' } } },
      'secretRef of kind Vault is not served by this version',
    ],
    [
      bedrock,
      { aws: { assumeRole: { roleArn, sessionNameExpression: 'apiKey.user_id' } } },
      'auth.aws.assumeRole.sessionNameExpression is not served by this version',
    ],
    [
      bedrock,
      { aws: { assumeRole: { roleArn, tags: [{ key: 'user', expression: 'apiKey.user_id' }] } } },
      'auth.aws.assumeRole.tags take a value, not an expression, in this version',
    ],
    [
      { host: 'h', port: 443, custom: {} },
      { aws: {} },
      'auth.aws of provider custom must have region and serviceName',
    ],
    [vertexai, { gcp: { type: 'IdToken' } }, 'auth.gcp.type IdToken must have an audience in this version'],
    [vertexai, { gcp: { secretRef: { name: 'aws' } } }, 'secret ns/aws missing credentials.json value'],
    [
      vertexai,
      { gcp: { secretRef: { name: 'google', key: 'text' } } },
      'text of auth.gcp.secretRef is not a JSON object',
    ],
    [azureopenai, { azure: { secretRef: { name: 'aws' } } }, 'secret ns/aws missing tenantID value'],
    [
      azureopenai,
      { azure: { secretRef: { name: 'entra-half' } } },
      'secret ns/entra-half missing clientSecret value',
    ],
  ];
  for (const [provider, auth, fault] of cases) assert.equal(credentialOf(provider, auth), fault);
});

test('where the services are', () => {
  const cases: [provider: object, origin: string][] = [
    [bedrock, 'https://bedrock-runtime.eu-central-1.amazonaws.com'],
    [{ bedrock: { region: 'cn-north-1' } }, 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn'],
    [vertexai, 'https://aiplatform.googleapis.com'],
    [{ vertexai: { projectId: 'p', region: 'eu' } }, 'https://aiplatform.eu.rep.googleapis.com'],
    [{ vertexai: { projectId: 'p', region: 'us-east5' } }, 'https://us-east5-aiplatform.googleapis.com'],
    [{ ...bedrock, host: 'relay', port: 8443 }, 'http://relay:8443'],
  ];
  for (const [provider, origin] of cases) {
    const result = compile(provider);
    assert.equal('target' in result && result.target.origin, origin);
  }
  const relayed = compile(bedrock, undefined, { bedrock: 'http://127.0.0.1:4566/aws' });
  assert.ok('target' in relayed);
  assert.deepEqual([relayed.target.origin, relayed.target.pathPrefix], ['http://127.0.0.1:4566', '/aws']);
});
