import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DeliveryLog } from '../alerts/delivery-log.ts';
import { WebhookDesk } from '../alerts/webhook-desk.ts';
import { startTestAdmin } from './admin-api.fixture.ts';

async function receiver(
  t: TestContext,
): Promise<{ port: number; got: string[]; answer: { status: number } }> {
  const got: string[] = [];
  const answer = { status: 200 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    got.push(body);
    response.writeHead(answer.status).end('seen by nobody');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, got, answer };
}

async function adminWith(t: TestContext, port: number) {
  const entries = {
    url: `http://127.0.0.1:${port}/services/hidden-path?token=hidden`,
    signingKey: 'hidden-key',
  };
  const data = Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'finance' }, data };
  const nowMs = () => Date.UTC(2026, 10, 25, 12);
  const deliveries = new DeliveryLog(join(mkdtempSync(join(tmpdir(), 'webhooks-')), 'webhooks.json'));
  const webhooks = new WebhookDesk({
    secret: (_, name) => (name === 'finance' ? secret : undefined),
    deliveries,
    fetch,
    nowMs,
  });
  const admin = await startTestAdmin(t, { webhooks });
  const spec = (atPercent: number, webhook: string) => ({
    limit: { requests: 3 },
    window: { calendar: 'Day' },
    alerts: [
      { atPercent, webhook },
      { atPercent: 50, webhook },
    ],
  });
  await admin.call('POST', '/budgets', { name: 'b-daily', spec: spec(80, 'finance') });
  await admin.call('POST', '/budgets', { name: 'a-daily', spec: spec(90, 'finance') });
  await admin.call('POST', '/budgets', { name: 'c-daily', spec: spec(90, 'missing') });
  return admin;
}

test('webhooks of budgets in force are listed without URL or key, tested, and the test is audited', async (t) => {
  const { port, got, answer } = await receiver(t);
  const admin = await adminWith(t, port);
  const before = await admin.call('GET', '/webhooks');
  assert.deepEqual(before.body.items, [
    {
      namespace: 'agentgateway-system',
      name: 'finance',
      budgets: [
        { name: 'a-daily', atPercent: [50, 90] },
        { name: 'b-daily', atPercent: [50, 80] },
      ],
      origin: `http://127.0.0.1:${port}`,
      format: 'json',
      signed: true,
    },
    {
      namespace: 'agentgateway-system',
      name: 'missing',
      budgets: [{ name: 'c-daily', atPercent: [50, 90] }],
      signed: false,
      fault: 'there is no such Secret',
    },
  ]);
  const path = '/webhooks/agentgateway-system/finance/test';
  const sent = await admin.call('POST', path);
  assert.deepEqual({ ...sent.body, durationMs: 0 }, { delivered: true, status: 200, durationMs: 0 });
  answer.status = 500;
  assert.equal((await admin.call('POST', path)).body.fault, 'it answered 500');
  assert.equal(got.length, 2);
  const after = await admin.call('GET', '/webhooks');
  assert.deepEqual(after.body.items[0].lastDelivered, { at: '2026-11-25T12:00:00.000Z' });
  assert.deepEqual(after.body.items[0].lastFailed, {
    at: '2026-11-25T12:00:00.000Z',
    fault: 'it answered 500',
  });
  const find = async (query: string) =>
    (await admin.call('GET', `/webhooks?${query}`)).body.items.map(({ name }: { name: string }) => name);
  assert.deepEqual(await find('sort=name&order=desc'), ['missing', 'finance']);
  assert.deepEqual(await find('standing=failing&limit=1&offset=1'), ['missing']);
  assert.deepEqual(await find('search=B-DAILY'), ['finance']);
  const file = await admin.call('GET', '/webhooks?format=csv');
  assert.match(
    file.body,
    /finance,agentgateway-system,.*,true,a-daily 50\/90\|b-daily 50\/80,it answered 500/,
  );
  const audit = await admin.call('GET', '/audit?object=Webhook/');
  assert.deepEqual(
    audit.body.items.map((entry: { action: string; object: string }) => [entry.action, entry.object]),
    Array(2).fill(['webhooks.test', 'Webhook/agentgateway-system/finance']),
  );
  for (const shown of [before, after, file, sent, audit, admin.logged])
    assert.ok(!/hidden|seen by nobody/.test(JSON.stringify(shown)));
});

test('a test goes to what budgets name only, and for administrators only', async (t) => {
  const { port, got } = await receiver(t);
  const admin = await adminWith(t, port);
  for (const name of ['nobody-names-it', 'x%2F..%2Ffinance'])
    assert.equal((await admin.call('POST', `/webhooks/agentgateway-system/${name}/test`)).status, 404);
  for (const role of ['viewer', 'owner']) {
    const token = { name: `a-${role}`, role, ...(role === 'owner' ? { team: 'research' } : {}) };
    const { value } = (await admin.call('POST', '/tokens', token)).body;
    const headers = { authorization: `Bearer ${value}` };
    assert.equal((await admin.call('GET', '/webhooks', undefined, headers)).status, 403);
    const path = '/webhooks/agentgateway-system/finance/test';
    assert.equal((await admin.call('POST', path, undefined, headers)).status, 403);
  }
  assert.deepEqual(got, []);
  const bare = await startTestAdmin(t);
  assert.equal((await bare.call('GET', '/webhooks')).body.error.code, 'no_alerts');
});
