import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('a key shows the budgets that it draws on, as its holder sees them', async (t) => {
  const admin = await startTestAdmin(t);
  const { body } = await admin.call('POST', '/keys', {
    name: 'laptop',
    labels: { team: 'search' },
    limits: { requestsPerMinute: 5 },
  });
  const budget = (name: string, team: string) =>
    admin.call('POST', '/budgets', {
      name,
      spec: { selector: { matchLabels: { team } }, limit: { tokens: 100 }, window: { calendar: 'Day' } },
    });
  await budget('theirs', 'search');
  await budget('others', 'payments');
  const path = `/keys/${gatewayNamespace}/laptop/budgets`;
  const { status, body: found } = await admin.call('GET', path);
  assert.equal(status, 200);
  const mine = await admin.call('GET', '/me', undefined, { authorization: `Bearer ${body.value}` });
  assert.deepEqual(found.items, mine.body.budgets);
  assert.deepEqual(
    found.items.map(({ name }: { name: string }) => name),
    [`${gatewayNamespace}/theirs`, 'requestsPerMinute'],
  );
  assert.equal((await admin.call('GET', `/keys/${gatewayNamespace}/nobody/budgets`)).status, 404);
  const holder = await admin.call('GET', path, undefined, { authorization: `Bearer ${body.value}` });
  assert.equal(holder.status, 403);
});
