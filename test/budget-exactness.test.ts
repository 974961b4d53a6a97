/**
 * A hard budget is never passed: not by a thousand calls at once, and not by two threads. Counter, ledger and what the provider
 * reported are one number. The long form (`npm run test:long`) has more calls.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  body,
  calls,
  countedOf,
  maxTokens,
  neededByOne,
  setUpProbe,
  usedTokens,
  worths,
} from './support/budget-load.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

for (const workers of [1, 2])
  test(`${calls} calls at once against the worth of ${worths.join(', ')} reservations, ${workers} threads: never passed, almost all usable`, {
    timeout: 600_000,
  }, async (t) => {
    const world = await budgetWorld(t, ['--workers', String(workers)]);
    await exactness(t, world, workers);
  });

async function exactness(t: TestContext, world: BudgetWorld, workers: number): Promise<void> {
  await setUpProbe(world);
  const reservation = await neededByOne(world);
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
    const atOnce = await spentSince(world, reported);
    assert.deepEqual(new Set([...statuses, 200, 429]), new Set([200, 429]));
    // What was given back is taken again: until no further call fits.
    for (let status = 200; status === 200; ) status = (await world.ask(owner, body(0))).status;
    const spent = await spentSince(world, reported);
    const passed = statuses.filter((status) => status === 200).length;
    t.diagnostic(
      `worth ${worth}: ${passed} of ${calls} at once passed, ${atOnce} of ${limit} tokens, ${spent} at last, ${((100 * spent) / limit).toFixed(1)} %`,
    );
    assert.ok(spent <= limit, `${spent} of ${limit}`);
    assert.ok(
      limit - spent < reservation,
      `no room for one more: ${spent} of ${limit}, ${reservation} a call`,
    );
    assert.equal(await countedOf(world, 'budget', owner), spent);
    assert.equal(await countedOf(world, 'held', owner), 0);
    await eventually(async () => assert.equal((await usedTokens(world, owner)).used, spent));
    assert.equal(await threadsOf(world, owner, burstEnd), workers);
  }
}

type Usage = Awaited<ReturnType<BudgetWorld['provider']['usage']>>;

/** Tokens that the provider reported since. */
async function spentSince(world: BudgetWorld, before: Usage): Promise<number> {
  const now = await world.provider.usage();
  return now.inputTokens + now.outputTokens - before.inputTokens - before.outputTokens;
}

/**
 * Threads that served the calls made at once; each names its calls in its own way, see CallIds. Not those after them: calls one
 * by one go over one connection, so to one thread.
 */
async function threadsOf(world: BudgetWorld, owner: string, burstEnd: Date): Promise<number> {
  const calls = await world.calls(`user=${owner}&limit=1000&to=${burstEnd.toISOString()}`);
  return new Set(calls.map(({ id }) => id.split('-')[1])).size;
}
