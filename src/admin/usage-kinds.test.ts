import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrices } from '../core/pricing/prices.ts';
import type { RequestRecord } from '../core/record.ts';
import { ledgerRecord, startMs } from '../storage/ledger.fixture.ts';
import { startTestAdmin } from './admin-api.fixture.ts';

/** As of the fixture: nothing is said of caches, so they cost what input does. */
const models = { 'claude-sonnet-5': { rates: { input: '3', output: '15' } } };
const prices = createPrices({ providers: { anthropic: { models } } });

/** As the request path would have written it. */
function priced(record: RequestRecord, usage: object = {}): RequestRecord {
  const llm = { ...record.llm!, usage: { ...record.llm!.usage!, ...usage } };
  const costNano = prices.cost(llm.provider, llm.requestModel!, llm.usage);
  return { ...record, llm: { ...llm, ...(costNano !== undefined && { costNano }) } };
}

test('what each kind cost, as far as the price list explains the ledger; the rest is said to be left', async (t) => {
  const admin = await startTestAdmin(t);
  const cached = {
    inputTokens: 50_001,
    cachedInputTokens: 30_007,
    cacheWriteTokens: 9_001,
    cacheWrite1hTokens: 1_001,
  };
  const plain = Array.from({ length: 50 }, (_, n) =>
    priced(ledgerRecord(n), { ...cached, outputTokens: 301 + n, reasoningTokens: n }),
  );
  const day = 86_400_000;
  const elsewhere = { startedAtMs: startMs + 2 * day };
  const dearer = { ...ledgerRecord(61, elsewhere) };
  dearer.llm = { ...dearer.llm!, costNano: 77_000_000 };
  admin.ledger.append([...plain, dearer], []);
  const { body } = await admin.call('GET', '/usage/kinds');
  type Item = { kind: string; tokens: number; costNano: number };
  const of = (kind: string): Item => body.items.find((item: Item) => item.kind === kind);
  const { body: usage } = await admin.call('GET', '/usage');
  for (const { kind, tokens } of body.items) assert.equal(tokens, usage.total[kind], kind);
  assert.equal(body.costNano, usage.total.costNano);
  assert.equal(body.explainedNano, body.costNano - 77_000_000);
  const apart = of('inputTokens').costNano + of('outputTokens').costNano;
  assert.ok(body.explainedNano - apart >= 0 && body.explainedNano - apart <= 52, `${apart}`);
  assert.equal(of('cachedInputTokens').costNano, 50 * 30_007 * 3_000);
  assert.ok(of('cacheWriteTokens').costNano > of('cacheWrite1hTokens').costNano);
  assert.ok(of('cacheWrite1hTokens').costNano > 0 && of('reasoningTokens').costNano > 0);

  const one = await admin.call('GET', `/usage/kinds?from=${new Date(startMs + day).toISOString()}`);
  assert.deepEqual([one.body.costNano, one.body.explainedNano], [77_000_000, 0]);
  assert.ok(one.body.items.every(({ costNano }: Item) => costNano === 0));
  const mine = await admin.call('GET', '/usage/kinds?groupBy=user,model&named=MIK');
  assert.deepEqual(mine.body, body);
  const others = await admin.call('GET', '/usage/kinds?groupBy=user&named=anna');
  assert.deepEqual([others.body.costNano, others.body.explainedNano], [0, 0]);
  const none = await admin.call('GET', '/usage/kinds?user=nobody');
  assert.deepEqual([none.body.costNano, none.body.explainedNano], [0, 0]);
});
