/** Tokens of Google Cloud, with issuers of our own in the places of Google's. */
import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { obtainGcpToken } from './gcp-token.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const serviceAccount = {
  type: 'service_account',
  project_id: 'p-1',
  private_key_id: 'k-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  client_email: 'gateway@p-1.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

/** Takes the place of the token endpoint: a token for a well signed assertion. */
const tokenEndpoint: typeof fetch = async (url, init) => {
  assert.equal(String(url), 'https://oauth2.googleapis.com/token');
  const form = new URLSearchParams(String(init?.body));
  const [head, claims, signature] = form.get('assertion')!.split('.') as [string, string, string];
  const verified = createVerify('RSA-SHA256')
    .update(`${head}.${claims}`)
    .verify(publicKey, Buffer.from(signature, 'base64url'));
  if (!verified) return Response.json({ error: 'invalid_grant' }, { status: 400 });
  const { iss, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  assert.equal(iss, serviceAccount.client_email);
  assert.equal(scope, 'https://www.googleapis.com/auth/cloud-platform');
  return Response.json({ access_token: 'ya29.account', expires_in: 3_600, token_type: 'Bearer' });
};

test('of a service account: its key signs for a token', async () => {
  const before = Date.now();
  const credentials = JSON.stringify(serviceAccount);
  const { value, expiresAtMs } = await obtainGcpToken({ type: 'gcp', credentials }, tokenEndpoint);
  assert.equal(value, 'ya29.account');
  assert.ok(expiresAtMs! > before + 3_500_000 && expiresAtMs! < Date.now() + 3_700_000);
});

/** As Google makes them, but for the signature, which nobody here looks at. */
function identityToken(audience: string, exp = Math.floor(Date.now() / 1_000) + 3_600): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ aud: audience, exp })}.c2ln`;
}

test('of a service account, for a service of one’s own: an identity token', async () => {
  const audience = 'https://models-abc.a.run.app';
  const endpoint: typeof fetch = async (_, init) => {
    const [, claims] = new URLSearchParams(String(init?.body)).get('assertion')!.split('.');
    const { target_audience } = JSON.parse(Buffer.from(claims!, 'base64url').toString());
    return Response.json({ id_token: identityToken(target_audience) });
  };
  const credentials = JSON.stringify(serviceAccount);
  const { value, expiresAtMs } = await obtainGcpToken({ type: 'gcp', credentials, audience }, endpoint);
  assert.equal(value.split('.')[1], identityToken(audience, expiresAtMs! / 1_000).split('.')[1]);
  assert.ok(expiresAtMs! > Date.now() + 3_000_000);
});

test('what is no credential is an error that tells nothing of it', async () => {
  const broken = JSON.stringify({ ...serviceAccount, private_key: 'not-a-key' });
  await assert.rejects(
    obtainGcpToken({ type: 'gcp', credentials: broken }, tokenEndpoint),
    (error: Error) => {
      assert.doesNotMatch(error.message, /not-a-key/);
      return true;
    },
  );
  await assert.rejects(obtainGcpToken({ type: 'gcp', credentials: '{"type":"other"}' }, tokenEndpoint));
});

function surroundings(t: TestContext, variables: Record<string, string>): void {
  const names = ['GOOGLE_APPLICATION_CREDENTIALS', 'GCE_METADATA_HOST', 'METADATA_SERVER_DETECTION', 'HOME'];
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  for (const name of names) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of names) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
}

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tollgate-gcp-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('of a file that the environment names', async (t) => {
  const home = directory(t);
  writeFileSync(join(home, 'account.json'), JSON.stringify(serviceAccount));
  surroundings(t, { HOME: home, GOOGLE_APPLICATION_CREDENTIALS: join(home, 'account.json') });
  assert.equal((await obtainGcpToken({ type: 'gcp' }, tokenEndpoint)).value, 'ya29.account');
});

test('of the machine', async (t) => {
  const asked: string[] = [];
  const metadata = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    outgoing.writeHead(200, { 'content-type': 'application/json', 'metadata-flavor': 'Google' });
    const wanted = new URL(incoming.url ?? '', 'http://localhost').searchParams.get('audience');
    if (wanted !== null) outgoing.end(identityToken(wanted));
    else
      outgoing.end(JSON.stringify({ access_token: 'ya29.machine', expires_in: 1_800, token_type: 'Bearer' }));
  }).listen(0, '127.0.0.1');
  await once(metadata, 'listening');
  t.after(() => metadata.close());
  const { port } = metadata.address() as AddressInfo;
  surroundings(t, {
    HOME: directory(t),
    GCE_METADATA_HOST: `127.0.0.1:${port}`,
    METADATA_SERVER_DETECTION: 'assume-present',
  });
  const { value, expiresAtMs } = await obtainGcpToken({ type: 'gcp' });
  assert.equal(value, 'ya29.machine');
  assert.ok(expiresAtMs! < Date.now() + 1_900_000);
  assert.ok(asked.some((url) => url.includes('/service-accounts/default/token')));
  const identity = await obtainGcpToken({ type: 'gcp', audience: 'https://a' });
  assert.match(Buffer.from(identity.value.split('.')[1]!, 'base64url').toString(), /"aud":"https:\/\/a"/);
});
