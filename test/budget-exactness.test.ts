/**
 * A hard budget is never passed: not by a thousand calls at once, not across `kill -9`. Counter, ledger and what the provider
 * reported are one number. The long form (`npm run test:long`) has more calls and rounds.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

const long = process.env['TOLLGATE_TEST_LONG'] === '1';
const calls = long ? 2_000 : 400;
const rounds = long ? 20 : 3;
const worths = long ? [1, 10, 1_000] : [1, 10, 100];
const namespace = 'agentgateway-system';
const maxTokens = 100;
/** A question whose bound is known: the bytes of the call as sent to the provider and the framing, see boundInputTokens. */
const body = (index: number) => ({
  model: 'claude-sonnet-5',
  max_tokens: maxTokens,
  stream: index % 2 === 1,
});

/** What one call reserves: read from what a refusal says that it needs. */
async function reservationOf(world: BudgetWorld): Promise<number> {
  await world.key('tg-probe', {}, { owner: 'tg-probe' });
  const selector = { matchLabels: { owner: 'tg-probe' } };
  await world.budget('probe', {
    selector,
    limit: { tokens: 1 },
    reservation: { minimumOutputTokens: maxTokens },
  });
  const answer = await world.ask('tg-probe', body(1));
  assert.equal(answer.status, 429);
  return Number(/needs at least (\d+) tokens/.exec(answer.text)![1]);
}

async function usedTokens(world: BudgetWorld, owner: string): Promise<{ used: number; calls: number }> {
  const { total } = await world.admin<{ total: { tokens: number; requests: number; refused: number } }>(
    `usage?user=${owner}`,
  );
  return { used: total.tokens, calls: total.requests - total.refused };
}

async function counterOf(world: BudgetWorld, budget: string): Promise<number> {
  const { counters } = await world.admin<{ counters: { value: number }[] }>(
    `counters?prefix=${encodeURIComponent(`budget|${namespace}/${budget}|`)}`,
  );
  return counters.reduce((sum, { value }) => sum + value, 0);
}

async function heldOf(world: BudgetWorld, budget: string): Promise<number> {
  const { counters } = await world.admin<{ counters: { value: number }[] }>(
    `counters?prefix=${encodeURIComponent(`held|${namespace}/${budget}|`)}`,
  );
  return counters.reduce((sum, { value }) => sum + value, 0);
}

for (const workers of [1, 2])
  test(`${calls} calls at once against the worth of ${worths.join(', ')} reservations, ${workers} threads: never passed, almost all usable`, async (t) => {
    const world = await budgetWorld(t, ['--workers', String(workers)]);
    await exactness(world, workers);
  });

async function exactness(world: BudgetWorld, workers: number): Promise<void> {
  const reservation = await reservationOf(world);
  for (const worth of worths) {
    const owner = `tg-worth-${worth}`;
    const limit = worth * reservation;
    await world.key(owner, {}, { owner });
    const reported = await world.provider.usage();
    await world.budget(owner, {
      selector: { matchLabels: { owner } },
      limit: { tokens: limit },
      reservation: { minimumOutputTokens: maxTokens },
    });
    const statuses = await Promise.all(
      Array.from({ length: calls }, async (_, index) => (await world.ask(owner, body(index))).status),
    );
    const burstEnd = new Date();
    assert.deepEqual(new Set([...statuses, 200, 429]), new Set([200, 429]));
    // What was given back is taken again: until no further call fits.
    for (let status = 200; status === 200; ) status = (await world.ask(owner, body(0))).status;
    const after = await world.provider.usage();
    const spent = after.inputTokens + after.outputTokens - reported.inputTokens - reported.outputTokens;
    assert.ok(spent <= limit, `${spent} of ${limit}`);
    assert.ok(
      limit - spent < reservation,
      `no room for one more: ${spent} of ${limit}, ${reservation} a call`,
    );
    assert.equal(await counterOf(world, owner), spent);
    assert.equal(await heldOf(world, owner), 0);
    await eventually(async () => assert.equal((await usedTokens(world, owner)).used, spent));
    assert.equal(await threadsOf(world, owner, burstEnd), workers);
  }
}

/**
 * Threads that served the calls made at once; each names its calls in its own way, see CallIds. Not those after them: calls one
 * by one go over one connection, so to one thread.
 */
async function threadsOf(world: BudgetWorld, owner: string, burstEnd: Date): Promise<number> {
  const calls = await world.calls(`user=${owner}&limit=1000&to=${burstEnd.toISOString()}`);
  return new Set(calls.map(({ id }) => id.split('-')[1])).size;
}

test(`${rounds} rounds of kill -9 under load: every full answer is in the ledger, counter equals ledger, nothing held`, async (t) => {
  const world = await budgetWorld(t, ['--workers', '2']);
  const owner = 'tg-crash';
  await world.key(owner, {}, { owner });
  await world.budget(owner, { selector: { matchLabels: { owner } }, limit: { tokens: 1_000_000_000 } });
  let answered = 0;
  for (let round = 0; round < rounds; round++) {
    const load = Array.from({ length: 40 }, async (_, index) => {
      for (;;) {
        // The connection breaks when the gateway is killed: that ends this caller.
        const answer = await world.ask(owner, body(index)).catch(() => undefined);
        if (answer === undefined) return;
        assert.equal(answer.status, 200);
        if (answer.text.endsWith('}') || answer.text.includes('data: [DONE]')) answered++;
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 100 + ((round * 137) % 300)));
    await world.restart('SIGKILL');
    await Promise.all(load);
    const { used, calls: entered } = await usedTokens(world, owner);
    assert.ok(entered >= answered, `${entered} calls entered, ${answered} answered in full`);
    assert.equal(await counterOf(world, owner), used);
    assert.equal(await heldOf(world, owner), 0);
  }
  assert.ok(answered > 0);
});
