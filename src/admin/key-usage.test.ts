import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { gatewayNamespace, startTestAdmin } from './admin-api.fixture.ts';

test('a key’s usage is exact however many keys cost more', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.call('POST', '/keys', { name: 'cheap', owner: 'mike' });
  const callOf = (n: number, id: string, costNano: number) => {
    const base = ledgerRecord(n, {
      id: `call-${n}`,
      startedAtMs: startMs + n,
      key: { id, user: 'u', metadata: {}, labels: {} },
    });
    return { ...base, llm: { ...base.llm!, costNano } };
  };
  const cheap = `VirtualKey/${gatewayNamespace}/cheap`;
  const others = Array.from({ length: 10_200 }, (_, n) => callOf(n, `VirtualKey/ns/other-${n}`, 1_000));
  admin.ledger.append([...others, callOf(20_000, cheap, 7), callOf(20_001, cheap, 8)], []);
  const { items } = (await admin.call('GET', '/keys?search=cheap')).body;
  const expected = { requests: 2, tokens: 240, costNano: 15 };
  assert.deepEqual(items[0].usage, expected);
  assert.equal(items[0].lastUsedAt, new Date(startMs + 20_001).toISOString());
  const one = await admin.call('GET', `/keys/${gatewayNamespace}/cheap`);
  assert.deepEqual(one.body.usage, expected);
});
