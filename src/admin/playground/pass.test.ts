/** Passes shown to a data path that really serves, as somebody would who had got hold of one. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { gatewayNamespace } from '../admin-api.fixture.ts';
import { type ServingAdmin, startServingAdmin } from './playground.fixture.ts';

async function show({ address }: ServingAdmin, value: string): Promise<number> {
  const response = await fetch(`http://${address}:8080/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${value}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  await response.text();
  return response.status;
}

const hashOf = (value: string) => hash('sha256', value);

test('a pass is good once, for its key, and for ten seconds', async (t) => {
  const admin = await startServingAdmin(t);
  const { value } = await admin.passes.issue(hashOf('sk-mike-key'));
  assert.equal(await show(admin, value), 200);
  assert.equal(await show(admin, value), 401, 'shown again');
  const several = await admin.passes.issue(hashOf('sk-mike-key'));
  const statuses = await Promise.all([1, 2, 3, 4].map(() => show(admin, several.value)));
  assert.deepEqual(statuses.sort(), [200, 401, 401, 401], 'shown by several at once');
  const late = await admin.passes.issue(hashOf('sk-mike-key'));
  admin.clock.nowMs += 10_000;
  assert.equal(await show(admin, late.value), 401, 'too late');
  const ended = await admin.passes.issue(hashOf('sk-mike-key'));
  ended.end();
  assert.equal(await show(admin, ended.value), 401, 'taken back');
});

test('a pass is worth what its key is worth when it is shown: nothing once that is deleted', async (t) => {
  const admin = await startServingAdmin(t);
  const { body } = await admin.call('POST', '/keys', { name: 'short-lived' });
  const pass = await admin.passes.issue(hashOf(body.value));
  await admin.call('DELETE', `/keys/${gatewayNamespace}/short-lived`);
  assert.equal(await show(admin, pass.value), 401);
  const nobody = await admin.passes.issue(hashOf('nobody has this'));
  assert.equal(await show(admin, nobody.value), 401);
});

test('a pass opens the data path only: it is no login, and no pass can be asked for', async (t) => {
  const admin = await startServingAdmin(t);
  const { value } = await admin.passes.issue(hashOf('sk-mike-key'));
  const login = await admin.call('POST', '/session', { token: value }, {});
  assert.equal(login.status, 401);
  const bearer = await admin.call('GET', '/me', undefined, { authorization: `Bearer ${value}` });
  assert.equal(bearer.status, 401);
  const { body } = await admin.call('GET', '/openapi.json', undefined, {});
  assert.doesNotMatch(JSON.stringify(Object.keys(body.paths)), /\bpass(es)?\b/);
});
