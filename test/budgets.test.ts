/** Virtual keys and budgets through the real gateway: who may call, what is refused and how it is explained. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

const day = { calendar: 'Day', timeZone: 'UTC' };
const namespace = 'agentgateway-system';

interface BudgetError {
  error: { message: string; code: string; type: string; limit: unknown; [member: string]: unknown };
}

test('keys and budgets, one gateway', async (t) => {
  const world = await budgetWorld(t);
  const select = (owner: string) => ({ selector: { matchLabels: { owner } }, window: day });
  const keyOf = (owner: string, spec = {}) => world.key(owner, spec, { owner });

  await t.test('a spent budget explains itself in the dialect of the caller', async () => {
    await keyOf('tg-spent');
    await world.budget('spent', { ...select('tg-spent'), groupBy: ['apiKey.team'], limit: { requests: 1 } });
    await world.key('tg-spent', { metadata: { team: 'platform' } }, { owner: 'tg-spent' });
    const first = await world.ask('tg-spent');
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('x-ratelimit-limit'), '1');
    assert.equal(first.headers.get('x-ratelimit-remaining'), '0');
    const second = await world.ask('tg-spent');
    assert.equal(second.status, 429);
    const { error } = JSON.parse(second.text) as BudgetError;
    const { message, resets_at, ...figures } = error;
    assert.deepEqual(figures, {
      type: 'rate_limit_error',
      param: null,
      code: 'budget_exceeded',
      limit: 1,
      unit: 'requests',
      scope: `${namespace}/spent platform`,
      used: 1,
      reserved: 0,
      remaining: 0,
    });
    assert.match(message, /^budget agentgateway-system\/spent of platform has 0 requests left of 1 request /);
    const untilReset = (Date.parse(String(resets_at)) - Date.now()) / 1000;
    assert.ok(Math.abs(Number(second.headers.get('retry-after')) - untilReset) < 5);
    const native = await world.ask('tg-spent', { model: 'x', max_tokens: 5 }, '/v1/messages');
    assert.equal(native.status, 429);
    assert.equal(JSON.parse(native.text).type, 'error');
    assert.equal(JSON.parse(native.text).error.remaining, 0);
  });

  await t.test('an answer is shortened to what is left, and never passes the limit', () => shortened(world));

  await t.test('several budgets: all or none', async () => {
    await keyOf('tg-both');
    await world.budget('wide', { ...select('tg-both'), limit: { requests: 10 } });
    await world.budget('narrow', { ...select('tg-both'), limit: { requests: 2 } });
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await world.ask('tg-both')).status),
    );
    assert.deepEqual(statuses.sort(), [200, 200, 429, 429, 429]);
    await eventually(async () => {
      const wide = await world.cluster.get('Budget', namespace, 'wide');
      assert.equal((wide['status'] as { used: string }).used, '2 requests');
      assert.equal((wide['status'] as { reserved: string }).reserved, '0 requests');
    }, 6_000);
  });

  await t.test('dollars: refused when the bound does not fit, charged exactly as priced', async () => {
    await keyOf('tg-usd');
    await world.budget('usd', { ...select('tg-usd'), limit: { usd: '1.00' } });
    assert.equal((await world.ask('tg-usd', { max_tokens: 100 })).status, 200);
    await eventually(async () => {
      const [call] = await world.calls('user=tg-usd');
      const { usage, costNano } = call!.llm!;
      assert.equal(costNano, call!.budgets![0]!.used);
      assert.ok(costNano! > 0 && usage!.inputTokens > 0);
    });
    await world.budget('usd', { ...select('tg-usd'), limit: { usd: '0.000001' } });
    assert.equal((await world.ask('tg-usd')).status, 429);
  });

  await t.test('report only counts; another model only when the budget is spent', async () => {
    await keyOf('tg-shadow');
    await world.budget('shadow', {
      ...select('tg-shadow'),
      limit: { tokens: 1 },
      onExceeded: { action: 'Report' },
    });
    assert.equal((await world.ask('tg-shadow')).status, 200);
    assert.equal((await world.ask('tg-shadow')).status, 200);
    await keyOf('tg-switch');
    const onExceeded = { action: 'SwitchModel', model: 'claude-haiku-4-5' };
    await world.budget('switch', { ...select('tg-switch'), limit: { requests: 1 }, onExceeded });
    assert.match((await world.ask('tg-switch')).text, /"model":"claude-sonnet-5"/);
    assert.match((await world.ask('tg-switch')).text, /"model":"claude-haiku-4-5"/);
  });

  await t.test('calls at once: the next waits for room, or is refused', async () => {
    const matchLabels = { owner: 'tg-queue' };
    await keyOf('tg-queue');
    const onExceeded = { action: 'Delay', maxDelay: '10s' };
    await world.budget('queue', { selector: { matchLabels }, limit: { concurrency: 1 }, onExceeded });
    const all = await Promise.all([1, 2, 3].map(() => world.ask('tg-queue')));
    assert.deepEqual(
      all.map(({ status }) => status),
      [200, 200, 200],
    );
    await world.budget('queue', { selector: { matchLabels }, limit: { concurrency: 0 } });
    const refused = await world.ask('tg-queue');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal((JSON.parse(refused.text) as BudgetError).error['resets_at'], undefined);
  });

  await t.test('a key: its own limits, models, routes, addresses, end', () => ownTerms(world));

  await t.test('a budget that cannot be compiled refuses, and says so', async () => {
    await world.budget('broken', { ...select('nobody'), limit: { tokens: 1 }, groupBy: ['apiKey.('] });
    const budget = await world.cluster.get('Budget', namespace, 'broken');
    const [accepted] = (budget['status'] as { conditions: { status: string; message: string }[] }).conditions;
    assert.equal(accepted!.status, 'False');
    assert.match(accepted!.message, /refused until this is mended: expression apiKey\.\(/);
    assert.equal((await world.ask('tg-shadow')).status, 500);
    await world.cluster.remove('Budget', namespace, 'broken');
    await eventually(async () => assert.equal((await world.ask('tg-shadow')).status, 200));
  });

  await t.test('a value is made for a key that asks for one, works, and goes with the key', async () => {
    const metadata = { name: 'issued', namespace };
    const spec = { owner: 'issued', issueTo: { secretName: 'issued-value' } };
    const apiVersion = 'tollgate.dev/v1alpha1';
    await world.cluster.apply(JSON.stringify({ apiVersion, kind: 'VirtualKey', metadata, spec }));
    let value = '';
    await eventually(async () => {
      const secret = await world.cluster.get('Secret', namespace, 'issued-value');
      value = Buffer.from((secret['data'] as { key: string }).key, 'base64').toString();
      assert.equal((await world.ask(value)).status, 200);
    });
    assert.match(value, /^tg_[0-9A-Za-z]{38}$/);
    const { status } = (await world.cluster.get('VirtualKey', namespace, 'issued')) as { status?: unknown };
    assert.equal((status as { display: string }).display, `tg_…${value.slice(-4)}`);
    assert.ok(!JSON.stringify(status).includes(value));
    await world.cluster.remove('VirtualKey', namespace, 'issued');
    await eventually(async () => assert.equal((await world.ask(value)).status, 401));
    await eventually(() => assert.rejects(world.cluster.get('Secret', namespace, 'issued-value')));
  });

  await t.test('keys in Secrets obey the same budgets, by their metadata', async () => {
    await world.budget('anna', {
      selector: { matchLabels: { user_id: 'anna' } },
      window: day,
      limit: { requests: 1 },
    });
    assert.equal((await world.ask('sk-anna-key')).status, 200);
    assert.equal((await world.ask('sk-anna-key')).status, 429);
  });
});

async function shortened(world: BudgetWorld): Promise<void> {
  await world.key('tg-short', {}, { owner: 'tg-short' });
  const selector = { matchLabels: { owner: 'tg-short' } };
  await world.budget('short', { selector, window: day, limit: { outputTokens: 60 } });
  const answer = await world.ask('tg-short', { max_tokens: 5_000 });
  const { choices, usage } = JSON.parse(answer.text);
  assert.equal(answer.status, 200);
  assert.equal(choices[0].finish_reason, 'length');
  assert.equal(usage.completion_tokens, 60);
  assert.equal((await world.ask('tg-short')).status, 429);
}

async function ownTerms(world: BudgetWorld): Promise<void> {
  const refusal = async (name: string, spec: object) => {
    await world.key(name, spec);
    const answer = await world.ask(name);
    return [answer.status, (JSON.parse(answer.text) as BudgetError).error.code];
  };
  assert.deepEqual(await refusal('tg-disabled', { disabled: true }), [401, 'key_disabled']);
  assert.deepEqual(await refusal('tg-expired', { expiresAt: '2026-01-01T00:00:00Z' }), [401, 'key_expired']);
  assert.deepEqual(await refusal('tg-model', { allowedModels: ['gpt-*'] }), [403, 'model_not_allowed']);
  assert.deepEqual(await refusal('tg-route', { allowedRoutes: ['other'] }), [403, 'route_not_allowed']);
  assert.deepEqual(await refusal('tg-cidr', { allowedCIDRs: ['10.0.0.0/8'] }), [403, 'address_not_allowed']);
  await world.key('tg-rpm', { limits: { requestsPerMinute: 1 } });
  const statuses = await Promise.all([world.ask('tg-rpm'), world.ask('tg-rpm'), world.ask('tg-rpm')]);
  // Three calls at once may fall into two minutes.
  const passed = statuses.filter(({ status }) => status === 200).length;
  assert.ok(passed === 1 || passed === 2);
  const hashOf = (value: string) => `sha256:${createHash('sha256').update(value).digest('hex')}`;
  const rotation = { previousKeyHash: hashOf('tg-before'), graceUntil: '2100-01-01T00:00:00Z' };
  await world.key('tg-rotated', { rotation });
  assert.equal((await world.ask('tg-rotated')).status, 200);
  assert.equal((await world.ask('tg-before')).status, 200);
  await world.key('tg-rotated', { rotation: { ...rotation, graceUntil: '2026-01-01T00:00:00Z' } });
  assert.equal((await world.ask('tg-rotated')).status, 200);
  assert.match((await world.ask('tg-before')).text, /expired at 2026-01-01T00:00:00Z/);
  for (const header of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    const answer = await fetch(`http://${world.gateway.address}:8080/anthropic`, {
      method: 'POST',
      headers: { [header]: 'tg-disabled' },
      body: '{}',
    });
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /is disabled/);
  }
}
