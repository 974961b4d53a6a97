/** Where AWS's keys come from: each source of the surroundings, with servers of our own in the places of AWS's. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { faultOfSignature, readAuthorization } from '../../test/support/sigv4.ts';
import { obtainAwsKeys } from './aws-keys.ts';

const base = { type: 'aws', region: 'eu-central-1', service: 'bedrock' } as const;
const expiration = '2099-11-25T11:00:00Z';

interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

async function server(
  t: TestContext,
  answer: (asked: Asked) => string,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const http = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const { method = '', url = '', headers } = incoming;
    asked.push({ method, url, headers, body });
    const text = answer(asked.at(-1)!);
    outgoing.writeHead(text.includes('<Error>') ? 403 : 200, {
      'content-type': text.startsWith('<') ? 'text/xml' : 'application/json',
    });
    outgoing.end(text);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked };
}

/** Nothing of this machine's own, and nobody outside is asked. */
function surroundings(t: TestContext, variables: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-aws-'));
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_CONFIG_FILE: join(directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  });
  t.after(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
    rmSync(directory, { recursive: true });
  });
  return directory;
}

const session = (action: string) => `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <${action}Result>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAROLE</AccessKeyId>
      <SecretAccessKey>role-secret</SecretAccessKey>
      <SessionToken>role-session</SessionToken>
      <Expiration>${expiration}</Expiration>
    </Credentials>
  </${action}Result>
</${action}Response>`;
const ofRole = {
  value: { accessKeyId: 'ASIAROLE', secretAccessKey: 'role-secret', sessionToken: 'role-session' },
  expiresAtMs: Date.parse(expiration),
};

test('as configured', async () => {
  const keys = { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'session' };
  assert.deepEqual(await obtainAwsKeys({ ...base, keys }), { value: keys });
});

test('of the environment', async (t) => {
  surroundings(t, { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret' });
  const { value } = await obtainAwsKeys(base);
  assert.deepEqual(
    { ...value },
    { accessKeyId: 'AKIAENV', secretAccessKey: 'env-secret', sessionToken: undefined },
  );
});

test('of a profile', async (t) => {
  const directory = surroundings(t, { AWS_PROFILE: 'models' });
  writeFileSync(
    join(directory, 'credentials'),
    '[models]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = profile-secret\n',
  );
  const { value } = await obtainAwsKeys(base);
  assert.equal(value.accessKeyId, 'AKIAPROFILE');
  assert.equal(value.secretAccessKey, 'profile-secret');
});

test('of the container', async (t) => {
  const { url, asked } = await server(t, () =>
    JSON.stringify({
      AccessKeyId: 'ASIABOX',
      SecretAccessKey: 'box-secret',
      Token: 'box-session',
      Expiration: expiration,
    }),
  );
  surroundings(t, {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod-token',
  });
  assert.deepEqual(await obtainAwsKeys(base), {
    value: { accessKeyId: 'ASIABOX', secretAccessKey: 'box-secret', sessionToken: 'box-session' },
    expiresAtMs: Date.parse(expiration),
  });
  assert.equal(asked[0]?.headers['authorization'], 'pod-token');
});

test('of a web identity', async (t) => {
  const { url, asked } = await server(t, () => session('AssumeRoleWithWebIdentity'));
  const directory = surroundings(t, {
    AWS_ENDPOINT_URL_STS: url,
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/models',
    AWS_REGION: 'eu-central-1',
  });
  writeFileSync(join(directory, 'token'), 'the-token');
  process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = join(directory, 'token');
  assert.deepEqual(await obtainAwsKeys(base), ofRole);
  assert.match(asked[0]!.body, /WebIdentityToken=the-token/);
});

test('of a role that is taken on', async (t) => {
  const { url, asked } = await server(t, () => session('AssumeRole'));
  surroundings(t, {
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: 'AKIAENV',
    AWS_SECRET_ACCESS_KEY: 'env-secret',
  });
  const role = {
    arn: 'arn:aws:iam::123456789012:role/models',
    sessionName: 'tollgate',
    tags: [{ key: 'team', value: 'a & b' }],
  };
  assert.deepEqual(await obtainAwsKeys({ ...base, role }), ofRole);
  const [{ method, headers, body }] = asked as [Asked];
  const form = new URLSearchParams(body);
  assert.deepEqual(
    ['RoleArn', 'RoleSessionName', 'Tags.member.1.Key', 'Tags.member.1.Value'].map((name) => form.get(name)),
    [role.arn, 'tollgate', 'team', 'a & b'],
  );
  const request = { method, target: '/', headers, body: Buffer.from(body) };
  assert.equal(faultOfSignature(request, 'env-secret'), undefined);
  assert.equal(readAuthorization(String(headers['authorization'])).service, 'sts');
});

test('a role that is refused says why, without what was sent', async (t) => {
  const { url } = await server(
    t,
    () => '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>',
  );
  surroundings(t, {
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: 'AKIAENV',
    AWS_SECRET_ACCESS_KEY: 'env-secret',
  });
  const role = { arn: 'arn:aws:iam::123456789012:role/models', sessionName: 's', tags: [] };
  await assert.rejects(obtainAwsKeys({ ...base, role }), (error: Error) => {
    assert.equal(error.message, 'AssumeRole: 403 AccessDenied');
    return true;
  });
});

test('nothing found is an error', async (t) => {
  surroundings(t, {});
  await assert.rejects(obtainAwsKeys(base), /Could not load credentials/);
});
