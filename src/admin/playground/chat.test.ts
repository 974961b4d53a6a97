/** Calls of the playground through a data path that really serves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../../core/record.ts';
import type { KubeObject } from '../../core/resources/object.ts';
import { gatewayNamespace, startTestAdmin } from '../admin-api.fixture.ts';
import { eventsIn, lastCall, type ServingAdmin, said, startServingAdmin } from './playground.fixture.ts';

const mike = `Secret/${gatewayNamespace}/anthropic-api-key/mike`;
const place = { port: 8080, host: 'localhost', path: '/v1/chat/completions' };
const hello = { ...place, model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'Hello' }] };

const budgetOf = (name: string, tokens: number, user: string): KubeObject => ({
  apiVersion: 'tollgate.dev/v1alpha1',
  kind: 'Budget',
  metadata: { name, namespace: gatewayNamespace },
  spec: {
    limit: { tokens },
    window: { calendar: 'Day' },
    selector: { expression: `apiKey.user_id == '${user}'` },
  },
});

async function chat(admin: ServingAdmin, body: object) {
  const answer = await admin.call('POST', '/playground/chat', { ...hello, ...body });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return eventsIn(answer.body);
}

test('offers are what the routes themselves take, once for each API', async (t) => {
  const admin = await startServingAdmin(t);
  const { body } = await admin.call('GET', '/playground/offers');
  const found = body.items.map((offer: Record<string, unknown>) => [
    offer['route'],
    offer['path'],
    offer['api'],
  ]);
  assert.deepEqual(found, [
    [`${gatewayNamespace}/claude`, '/anthropic', 'Completions'],
    [`${gatewayNamespace}/claude-sdk`, '/v1/chat/completions', 'Completions'],
    [`${gatewayNamespace}/claude-sdk`, '/v1/messages', 'Messages'],
    [`${gatewayNamespace}/claude-sdk`, '/v1/responses', 'Responses'],
  ]);
  assert.deepEqual(body.items[1].models, ['claude-sonnet-5']);
  assert.equal(body.items[1].key, 'required');
  assert.ok(!JSON.stringify(body).includes('sk-provider'));
});

test('as a key: streamed, charged to that key’s budget alone, the record is the ledger’s', async (t) => {
  const admin = await startServingAdmin(t);
  await admin.apply(budgetOf('of-mike', 10_000, 'mike'), budgetOf('of-anna', 10_000, 'anna'));
  const events = await chat(admin, { key: mike });
  assert.match(said(events), /^Tollgate sample provider: you asked “Hello”/);
  assert.ok(events.filter(({ event }) => event === 'text').length > 1, 'more than one piece');
  const { call, budgets } = lastCall(events);
  assert.deepEqual(call, (await admin.call('GET', `/calls/${call.id}`)).body);
  assert.equal(call.key.id, mike);
  assert.equal(call.key.user, 'mike');
  const { inputTokens, outputTokens } = call.llm.usage;
  assert.deepEqual(
    budgets.map(({ name, before, after }: Record<string, Record<string, unknown>>) => [
      name,
      before!['used'],
      after!['used'],
      after!['reserved'],
    ]),
    [[`${gatewayNamespace}/of-mike`, 0, inputTokens + outputTokens, 0]],
  );
  const other = (await admin.call('GET', `/budgets/${gatewayNamespace}/of-anna`)).body.counters;
  assert.deepEqual(
    other.map(({ used }: { used: number }) => used),
    [0],
  );
  const [audited] = (await admin.call('GET', `/audit?object=${mike}`)).body.items;
  assert.equal(audited.action, 'playground.call');
});

test('every dialect, streamed or whole, gives the same text', async (t) => {
  const admin = await startServingAdmin(t);
  const texts = new Set<string>();
  for (const path of ['/anthropic', '/v1/chat/completions', '/v1/messages', '/v1/responses'])
    for (const stream of [true, false]) texts.add(said(await chat(admin, { key: mike, path, stream })));
  assert.equal(texts.size, 1, [...texts].join('\n'));
  assert.match([...texts][0]!, /you asked “Hello”/);
});

test('a budget that is used up refuses with its reason, as it refuses any caller', async (t) => {
  const admin = await startServingAdmin(t);
  await admin.apply(budgetOf('small', 40, 'mike'));
  const events = await chat(admin, { key: mike });
  const refused = events.find(({ event }) => event === 'refused')!.data;
  assert.equal(refused.status, 429);
  assert.match(refused.message, /budget agentgateway-system\/small has 40 tokens left of 40 tokens/);
  const { call, budgets } = lastCall(events);
  assert.equal(call.status, 429);
  assert.equal(budgets[0].after.used, 0);
  const curl = await fetch(`http://${admin.address}:8080/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-mike-key', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'claude-sonnet-5', messages: hello.messages }),
  });
  assert.equal(curl.status, 429);
  await curl.body?.cancel();
});

test('with a value: as any client, and the value is in no log, no answer and no record', async (t) => {
  const admin = await startServingAdmin(t);
  const events = await chat(admin, { value: 'sk-anna-key' });
  assert.equal(lastCall(events).call.key.user, 'anna');
  const wrong = await chat(admin, { value: 'sk-nobody-has-this' });
  assert.equal(wrong.find(({ event }) => event === 'refused')!.data.status, 401);
  const none = await chat(admin, {});
  assert.equal(none.find(({ event }) => event === 'refused')!.data.status, 401);
  const audit = (await admin.call('GET', '/audit')).body;
  const all = JSON.stringify([events, wrong, admin.logged, admin.records, audit]);
  assert.ok(!all.includes('sk-anna-key') && !all.includes('sk-nobody-has-this'));
  assert.ok(all.includes('a value that no key in force has'));
});

test('a VirtualKey that is disabled is refused as such; its limits count', async (t) => {
  const admin = await startServingAdmin(t);
  await admin.call('POST', '/keys', { name: 'laptop', limits: { requestsPerMinute: 2 } });
  const key = `VirtualKey/${gatewayNamespace}/laptop`;
  const { budgets } = lastCall(await chat(admin, { key }));
  assert.deepEqual(
    [budgets[0].name, budgets[0].before.used, budgets[0].after.used],
    ['requestsPerMinute', 0, 1],
  );
  await admin.call('PATCH', `/keys/${gatewayNamespace}/laptop`, { disabled: true });
  const events = await chat(admin, { key });
  assert.match(events.find(({ event }) => event === 'refused')!.data.message, /is disabled/);
});

test('only the gateway’s own ports, only a path: never another host', async (t) => {
  const admin = await startServingAdmin(t);
  const foreign = Number(new URL(admin.url).port);
  const refusals: [object, string][] = [
    [{ port: foreign }, 'port'],
    [{ port: 22 }, 'port'],
    [{ port: 0 }, 'port'],
    [{ path: 'http://169.254.169.254/latest' }, 'path'],
    [{ path: '@169.254.169.254/' }, 'path'],
    [{ path: '/v1/chat/completions?x=1' }, 'path'],
    [{ path: '/v1 HTTP/1.1\r\nx: y' }, 'path'],
    [{ path: '/v1/models' }, 'path'],
    [{ host: 'a\r\nx: y' }, 'host'],
    [{ host: 'user@example.com' }, 'host'],
    [{ value: 'a\r\nx: y' }, 'value'],
    [{ key: mike, value: 'sk-mike-key' }, 'value'],
    [{ url: 'http://example.com' }, 'url'],
    [{ messages: [] }, 'messages'],
  ];
  for (const [change, field] of refusals) {
    const { status, body } = await admin.call('POST', '/playground/chat', { ...hello, ...change });
    assert.equal(status, 422, JSON.stringify(change));
    assert.equal(body.error.field, field, JSON.stringify(body));
  }
  // The Host header only chooses a route: whatever it says, the connection goes to our own address.
  const events = await chat(admin, { key: mike, host: '169.254.169.254' });
  assert.match(said(events), /sample provider/);
  const unknown = await admin.call('POST', '/playground/chat', { ...hello, key: 'VirtualKey/ns/none' });
  assert.deepEqual([unknown.status, unknown.body.error.field], [404, 'key']);
});

test('a port that another program has is not called', async (t) => {
  const admin = await startTestAdmin(t, {
    serving: {
      plane: {
        publish: async () => ({ 8080: 'port 8080 is already in use' }),
        publishKeys: async () => undefined,
      },
    },
  });
  assert.deepEqual((await admin.call('GET', '/playground/offers')).body.items, []);
  const { status, body } = await admin.call('POST', '/playground/chat', { ...hello, key: mike });
  assert.deepEqual([status, body.error.field], [422, 'port']);
});

test('an owner calls as keys of the team only, whichever way', async (t) => {
  const admin = await startServingAdmin(t);
  const ours = await admin.call('POST', '/keys', { name: 'ours', labels: { team: 'platform' } });
  const theirs = await admin.call('POST', '/keys', { name: 'theirs', labels: { team: 'sales' } });
  const { value: token } = (
    await admin.call('POST', '/tokens', { name: 'lead', role: 'owner', team: 'platform' })
  ).body;
  const ask = (change: object) =>
    admin.call('POST', '/playground/chat', { ...hello, ...change }, { authorization: `Bearer ${token}` });
  for (const change of [{ key: ours.body.key.id }, { value: ours.body.value }]) {
    const events = eventsIn((await ask(change)).body);
    assert.match(said(events), /sample provider/);
    assert.equal(lastCall(events).call.key.id, ours.body.key.id);
  }
  for (const change of [
    { key: theirs.body.key.id },
    { value: theirs.body.value },
    { key: mike },
    { value: 'sk-x' },
  ])
    assert.equal((await ask(change)).status, 404, JSON.stringify(change));
});

test('an owner is charged to the team or not served; a pass goes where a policy takes it', async (t) => {
  const admin = await startServingAdmin(t);
  const ours = await admin.call('POST', '/keys', { name: 'ours', labels: { team: 'platform' } });
  const { value: token } = (
    await admin.call('POST', '/tokens', { name: 'lead', role: 'owner', team: 'platform' })
  ).body;
  const asOwner = { authorization: `Bearer ${token}` };
  const nobody = await admin.call('POST', '/playground/chat', hello, asOwner);
  assert.deepEqual([nobody.status, nobody.body.error.code], [403, 'nobodys']);
  const policy = (await admin.call('GET', `/resources/AgentgatewayPolicy/${gatewayNamespace}/api-key-auth`))
    .body;
  const byExpression = policy.yaml.replace(
    'apiKeyAuthentication:',
    'apiKeyAuthentication:\n      location: {expression: "request.headers[\'x-mine\']"}',
  );
  const applied = await admin.call('POST', '/resources:apply', { yaml: byExpression });
  assert.equal(applied.body.applied, true, JSON.stringify(applied.body));
  const refused = await admin.call('POST', '/playground/chat', { ...hello, key: mike });
  assert.deepEqual([refused.status, refused.body.error.field], [422, 'key']);
  assert.equal((await admin.call('GET', '/playground/offers')).body.items[0].key, 'expression');
  assert.equal(ours.status, 201);
});

test('where the key is shown is the policy’s to say: another header, a query, a cookie', async (t) => {
  const admin = await startServingAdmin(t);
  const path = `/resources/AgentgatewayPolicy/${gatewayNamespace}/api-key-auth`;
  const { yaml } = (await admin.call('GET', path)).body;
  for (const location of [
    '{header: {name: x-team-key}}',
    '{queryParameter: {name: token}}',
    '{cookie: {name: key}}',
  ]) {
    const changed = yaml.replace(
      'apiKeyAuthentication:',
      `apiKeyAuthentication:\n      location: ${location}`,
    );
    const applied = await admin.call('POST', '/resources:apply', { yaml: changed });
    assert.equal(applied.body.applied, true, JSON.stringify(applied.body));
    const events = await chat(admin, { key: mike });
    assert.match(said(events), /sample provider/, location);
    assert.equal(lastCall(events).call.path, '/v1/chat/completions');
  }
});

test('who leaves is called for no more', async (t) => {
  const admin = await startServingAdmin(t);
  const browser = new AbortController();
  const response = await fetch(`${admin.url}/api/v1/playground/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, key: mike }),
    signal: browser.signal,
  });
  await response.body!.getReader().read();
  browser.abort();
  const isDone = () => admin.records.find((record: RequestRecord) => record.key?.id === mike);
  const deadline = Date.now() + 5_000;
  while (isDone() === undefined && Date.now() < deadline)
    await new Promise((resolve) => setImmediate(resolve));
  assert.ok(isDone() !== undefined, 'its record is told');
});
