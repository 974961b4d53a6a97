/** Entra tokens, with an issuer of our own in Entra's place. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ClientSecretCredentialOptions } from '@azure/identity';
import { obtainAzureToken } from './azure-token.ts';

const scope = 'https://cognitiveservices.azure.com/.default';
const tenantId = '11111111-1111-1111-1111-111111111111';
const clientId = '22222222-2222-2222-2222-222222222222';
type HttpClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;

/** In the place of login.microsoftonline.com. */
function entra(forms: URLSearchParams[], refuse = false): HttpClient {
  return {
    sendRequest: async (request) => {
      const { pathname } = new URL(request.url);
      const answer = (status: number, body: object) => ({
        request,
        status,
        headers: request.headers,
        bodyAsText: JSON.stringify(body),
      });
      if (pathname.endsWith('/openid-configuration')) return answer(200, discovery);
      if (!pathname.endsWith('/token')) return answer(200, { tenant_discovery_endpoint: '', metadata: [] });
      forms.push(new URLSearchParams(String(request.body)));
      if (refuse)
        return answer(401, { error: 'invalid_client', error_description: 'AADSTS7000215: wrong secret.' });
      return answer(200, { token_type: 'Bearer', expires_in: 3_599, access_token: 'eyJ.entra' });
    },
  };
}

const authority = `https://login.microsoftonline.com/${tenantId}`;
const discovery = {
  issuer: `${authority}/v2.0`,
  authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
  token_endpoint: `${authority}/oauth2/v2.0/token`,
};

test('of a client secret', async () => {
  const forms: URLSearchParams[] = [];
  const source = { type: 'secret', tenantId, clientId, clientSecret: 'the-secret' } as const;
  const obtained = await obtainAzureToken({ type: 'azure', scope, source }, { httpClient: entra(forms) });
  assert.equal(obtained.value, 'eyJ.entra');
  assert.ok(obtained.expiresAtMs! > Date.now() + 3_000_000);
  assert.deepEqual(
    ['client_id', 'client_secret', 'grant_type'].map((name) => forms[0]!.get(name)),
    [clientId, 'the-secret', 'client_credentials'],
  );
  assert.ok(forms[0]!.get('scope')!.split(' ').includes(scope));
});

test('of a workload identity: the token in the file stands for the workload', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-azure-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'token'), 'cluster-token');
  const variables = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_FEDERATED_TOKEN_FILE: join(directory, 'token'),
  };
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
  const forms: URLSearchParams[] = [];
  const source = { type: 'workload' } as const;
  const { value } = await obtainAzureToken({ type: 'azure', scope, source }, { httpClient: entra(forms) });
  assert.equal(value, 'eyJ.entra');
  assert.equal(forms[0]!.get('client_assertion'), 'cluster-token');
});

test('of a managed identity', async (t) => {
  const asked: { url: URL; header: unknown }[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push({
      url: new URL(incoming.url ?? '', 'http://localhost'),
      header: incoming.headers['x-identity-header'],
    });
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    const expires_on = Math.floor(Date.now() / 1_000) + 7_200;
    outgoing.end(
      JSON.stringify({ access_token: 'eyJ.managed', expires_on, token_type: 'Bearer', resource: scope }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${port}/msi/token`;
  process.env['IDENTITY_HEADER'] = 'machine-secret';
  t.after(() => {
    server.close();
    delete process.env['IDENTITY_ENDPOINT'];
    delete process.env['IDENTITY_HEADER'];
  });
  const source = { type: 'managed', clientId } as const;
  const { value, expiresAtMs } = await obtainAzureToken({ type: 'azure', scope, source });
  assert.equal(value, 'eyJ.managed');
  assert.ok(expiresAtMs! > Date.now() + 3_000_000);
  assert.equal(asked[0]!.header, 'machine-secret');
  assert.equal(asked[0]!.url.searchParams.get('client_id'), clientId);
  assert.match(asked[0]!.url.searchParams.get('resource')!, /^https:\/\/cognitiveservices\.azure\.com/);
});

test('a refused secret is an error that does not repeat it', async () => {
  const source = { type: 'secret', tenantId, clientId, clientSecret: 'the-secret' } as const;
  const refused = obtainAzureToken({ type: 'azure', scope, source }, { httpClient: entra([], true) });
  await assert.rejects(refused, (error: Error) => {
    assert.match(error.message, /AADSTS7000215/);
    assert.doesNotMatch(error.message, /the-secret/);
    return true;
  });
});
