import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type UpOptions, upCommand } from './up-options.ts';

async function parse(argv: string[]): Promise<UpOptions> {
  let seen: UpOptions | undefined;
  const command = upCommand({}, async (options) => {
    seen = options;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  await command.parseAsync(argv, { from: 'user' });
  return seen!;
}

const issuer = ['--oidc-issuer', 'https://login.example.com/realms/work'];
const client = ['--oidc-client-id', 'tollgate'];
const roles = ['--oidc-roles', 'platform=admin,research=owner:research'];

test('the login by OpenID Connect is one setting, checked before anything starts', async () => {
  const secret = join(mkdtempSync(join(tmpdir(), 'oidc-')), 'secret');
  writeFileSync(secret, 'x');
  const { oidc } = await parse([...issuer, ...client, ...roles, '--oidc-client-secret-file', secret]);
  assert.deepEqual(oidc, {
    issuer: 'https://login.example.com/realms/work',
    clientId: 'tollgate',
    clientSecretFile: secret,
    claim: 'groups',
    roles: [
      { value: 'platform', role: 'admin' },
      { value: 'research', role: 'owner', team: 'research' },
    ],
    scopes: 'openid profile email',
    name: 'login.example.com',
    sessionHours: 12,
  });
  assert.equal('oidc' in (await parse([])), false);
  const wrong: [string[], RegExp][] = [
    [['--oidc-issuer', 'http://login.example.com'], /https URL/],
    [issuer, /needs --oidc-client-id and --oidc-roles/],
    [[...issuer, ...client], /needs --oidc-client-id and --oidc-roles/],
    [client, /--oidc-issuer is missing/],
    [roles, /--oidc-issuer is missing/],
    [['--oidc-roles', 'platform'], /not VALUE=ROLE/],
    [['--oidc-client-secret-file', '/nothing/here'], /cannot be read/],
    [['--oidc-scopes', 'profile'], /"openid" must be among them/],
    [['--oidc-session-hours', '0'], /0\.1 to 168/],
  ];
  for (const [argv, fault] of wrong) await assert.rejects(parse(argv), fault, argv.join(' '));
});

test('the console’s own name is a URL without a path', async () => {
  const { consoleUrl } = await parse(['--console-url', 'https://Gateway.example.com/']);
  assert.equal(consoleUrl, 'https://gateway.example.com');
  for (const wrong of ['gateway.example.com', 'https://a/b', 'https://u@a', 'ftp://a'])
    await assert.rejects(parse(['--console-url', wrong]), /scheme, host and port/);
});
