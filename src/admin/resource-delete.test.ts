import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

const ns = gatewayNamespace;

test('a dry run names the consequences and deletes nothing; deleting is in force and audited', async (t) => {
  const admin = await startTestAdmin(t);
  const path = `/resources/AgentgatewayBackend/${ns}/anthropic`;
  const { status, body } = await admin.call('DELETE', `${path}?dryRun=true`);
  assert.equal(status, 200);
  assert.equal(body.deleted, false);
  assert.deepEqual(
    body.consequences.map(({ effect, kind, name }: Record<string, string>) => [effect, kind, name]),
    [
      ['refuses', 'HTTPRoute', `${ns}/claude`],
      ['refuses', 'HTTPRoute', `${ns}/claude-sdk`],
    ],
  );
  assert.equal((await admin.call('GET', path)).status, 200);
  const done = await admin.call('DELETE', `${path}?expect=${body.version}`);
  assert.equal(done.body.deleted, true);
  assert.equal((await admin.call('GET', path)).status, 404);
  const { items } = (await admin.call('GET', '/resources/HTTPRoute')).body;
  assert.match(JSON.stringify(items), /BackendNotFound/);
  const audit = (await admin.call('GET', `/audit?object=AgentgatewayBackend/${ns}/anthropic`)).body.items;
  assert.deepEqual(
    audit.map(({ action }: { action: string }) => action),
    ['resources.delete'],
  );
  assert.ok(audit[0].changes.length > 0);
});

test('what was changed since is not deleted; what is not there, or is no configuration, is 404', async (t) => {
  const admin = await startTestAdmin(t);
  const path = `/resources/HTTPRoute/${ns}/claude`;
  const { version } = (await admin.call('DELETE', `${path}?dryRun=true`)).body;
  const { yaml } = (await admin.call('GET', path)).body;
  const other = yaml.replace('value: /anthropic', 'value: /other');
  assert.equal((await admin.call('POST', '/resources:apply', { yaml: other })).body.applied, true);
  const late = await admin.call('DELETE', `${path}?expect=${version}`);
  assert.deepEqual([late.status, late.body.error.code], [409, 'conflict']);
  assert.equal((await admin.call('GET', path)).status, 200);
  for (const missing of [`HTTPRoute/${ns}/none`, `Pod/${ns}/x`, `Nothing/${ns}/x`])
    assert.equal((await admin.call('DELETE', `/resources/${missing}`)).status, 404, missing);
});

test('a viewer and an owner delete nothing', async (t) => {
  const admin = await startTestAdmin(t);
  for (const more of [{ role: 'viewer' }, { role: 'owner', team: 'research' }]) {
    const { value } = (await admin.call('POST', '/tokens', { name: more.role, ...more })).body;
    const { status } = await admin.call(
      'DELETE',
      `/resources/HTTPRoute/${ns}/claude?dryRun=true`,
      undefined,
      {
        authorization: `Bearer ${value}`,
      },
    );
    assert.equal(status, 403, more.role);
  }
});

test('what nobody waits for is held by its finalizers, and says so', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: ns, finalizers: ['example.com/hold'] },
  });
  const { body } = await admin.call('DELETE', `/resources/ConfigMap/${ns}/held`);
  assert.deepEqual([body.deleted, body.heldBy], [false, ['example.com/hold']]);
});

test('the last VirtualKey of a Gateway: that nobody is asked for a key any more is told', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('DELETE', `/resources/AgentgatewayPolicy/${ns}/api-key-auth`);
  const key = async (name: string) => void (await admin.call('POST', '/keys', { name }));
  const effects = async () => {
    const path = `/resources/VirtualKey/${ns}/one?dryRun=true`;
    const { consequences } = (await admin.call('DELETE', path)).body;
    return consequences.map(({ effect, name }: Record<string, string>) => `${effect} ${name}`);
  };
  await key('one');
  assert.deepEqual(await effects(), [
    `asks-no-key ${ns}/claude`,
    `asks-no-key ${ns}/claude-sdk`,
    `key-stops ${ns}/one`,
  ]);
  await key('two');
  assert.deepEqual(await effects(), [`key-stops ${ns}/one`]);
});
