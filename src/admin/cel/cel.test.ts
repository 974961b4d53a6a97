/** Expressions over the API: with a recorded call, bounded, for those who may see the call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../../core/record.ts';
import { startTestAdmin, type TestAdmin } from '../admin-api.fixture.ts';
import { CelEvaluator } from './evaluator.ts';

const recorded = (id: string, team: string): RequestRecord => ({
  id,
  startedAtMs: Date.UTC(2026, 10, 25),
  durationMs: 1,
  bind: '8080',
  sourceAddress: '127.0.0.1:4711',
  method: 'POST',
  host: 'localhost',
  path: '/v1/chat/completions',
  httpVersion: 'HTTP/1.1',
  status: 200,
  protocol: 'llm',
  key: { id: `VirtualKey/ns/${id}`, user: 'mike', metadata: { user_id: 'mike' }, labels: { team } },
  llm: { operation: 'chat', provider: 'anthropic', requestModel: 'claude-sonnet-5', streaming: false },
  decisions: [],
  responseBytes: 1,
});

const evaluate = async (admin: TestAdmin, body: object, token = admin.token) => {
  const headers = { authorization: `Bearer ${token}` };
  return admin.call('POST', '/cel/evaluate', body, headers);
};

test('a recorded call’s variables, and the value of an expression over them', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.ledger.append([recorded('one', 'research')], []);
  const { body: seen } = await admin.call('GET', '/cel/variables/one');
  assert.deepEqual(seen.variables.apiKey, { user_id: 'mike' });
  assert.ok(seen.missing.some(({ name }: { name: string }) => name === 'request.headers'));
  const expression = "apiKey.user_id == 'mike' && llm.requestModel.startsWith('claude')";
  for (const given of [{ call: 'one' }, { variables: seen.variables }])
    assert.deepEqual((await evaluate(admin, { expression, ...given })).body, {
      ok: true,
      type: 'bool',
      value: true,
    });
  const wrong = await evaluate(admin, { expression: 'apiKey.team', call: 'one' });
  assert.deepEqual(wrong.body, {
    ok: false,
    phase: 'evaluate',
    error: 'No such key: team',
    line: 1,
    column: 8,
  });
  assert.equal((await evaluate(admin, { expression: '1 +' })).body.phase, 'compile');
  assert.equal((await evaluate(admin, { expression: '1', call: 'none' })).status, 404);
  assert.equal((await evaluate(admin, { expression: '1', call: 'one', variables: {} })).status, 422);
  assert.equal((await evaluate(admin, { expression: 'x'.repeat(16_385) })).status, 422);
  const { body: reference } = await admin.call('GET', '/cel/reference');
  assert.ok(reference.variables.length > 10 && reference.functions.length > 40);
});

test('a viewer may; an owner with calls of the team only', async (t) => {
  const admin = await startTestAdmin(t);
  await admin.ledger.append([recorded('ours', 'research'), recorded('theirs', 'sales')], []);
  const token = async (name: string, more: object) =>
    (await admin.call('POST', '/tokens', { name, ...more })).body.value as string;
  const viewer = await token('auditor', { role: 'viewer' });
  const owner = await token('lead', { role: 'owner', team: 'research' });
  const ask = async (call: string, who: string) =>
    (await evaluate(admin, { expression: 'apiKey.user_id', call }, who)).status;
  assert.deepEqual(
    [
      await ask('ours', viewer),
      await ask('theirs', viewer),
      await ask('ours', owner),
      await ask('theirs', owner),
    ],
    [200, 200, 200, 404],
  );
});

test('what takes too long or too much ends, and the next is served', async () => {
  const evaluator = new CelEvaluator({ evaluationMs: 300, idleMs: 60_000 });
  const list = Array.from({ length: 2_000 }, (_, index) => index);
  const variables = { metadata: { list, text: 'ab'.repeat(1_000) } };
  const long = 'metadata.list.all(x, metadata.list.all(y, metadata.list.all(z, x + y + z >= 0)))';
  const slow = await evaluator.evaluate({ expression: long, variables });
  assert.deepEqual(slow, { ok: false, phase: 'evaluate', error: 'it takes longer than 0.3 s' });
  const backtracking = await evaluator.evaluate({
    expression: "metadata.text.matches('^(a|ab|b|ba)*$x')",
    variables,
  });
  assert.ok(!backtracking.ok);
  const text = 'metadata.text';
  const large = await evaluator.evaluate({
    expression: `metadata.list.map(x, ${Array.from({ length: 40 }, () => text).join(' + ')})`,
    variables,
  });
  assert.ok(!large.ok && /memory|larger|longer/.test(large.error), JSON.stringify(large));
  const next = await Promise.all(
    [1, 2, 3].map((n) => evaluator.evaluate({ expression: `${n} + 1`, variables })),
  );
  assert.deepEqual(
    next.map((one) => (one.ok ? one.value : one.error)),
    [2, 3, 4],
  );
});

test('variables that are nested without end are refused, or evaluated, but break nothing', async (t) => {
  const admin = await startTestAdmin(t);
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const answer = await evaluate(admin, { expression: '1', variables: {} });
  assert.equal(answer.status, 200);
  const { status } = await admin.call(
    'POST',
    '/cel/evaluate',
    `{"expression":"1","variables":{"llm":${deep}}}`,
  );
  assert.ok(status === 422 || status === 400 || status === 200, String(status));
  assert.deepEqual((await evaluate(admin, { expression: '2' })).body.value, 2);
});
