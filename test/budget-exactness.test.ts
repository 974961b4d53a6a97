/**
 * A hard budget is never passed: not by a thousand calls at once, and not by two threads; and nearly all of it can be used, also
 * where it is the worth of one reservation. Counter, ledger and what the provider reported are one number. The long form
 * (`npm run test:long`) has more calls.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { calls, countedOf, usedTokens, worths } from './support/budget-load.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { type Load, realistic, reservationOf, shortQuestions, useUp } from './support/realistic-load.ts';

for (const workers of [1, 2])
  for (const load of [realistic, shortQuestions])
    test(`${load.name}, ${calls} at once against the worth of ${worths.join(', ')} reservations, ${workers} threads: never passed, almost all usable`, {
      timeout: 600_000,
    }, async (t) => {
      const world = await budgetWorld(t, ['--workers', String(workers)]);
      await exactness(t, world, load, workers);
    });

async function exactness(t: TestContext, world: BudgetWorld, load: Load, workers: number): Promise<void> {
  const reservation = await reservationOf(world, load);
  for (const worth of worths) {
    const owner = `tg-worth-${worth}`;
    const limit = worth * reservation;
    await world.key(owner, {}, { owner });
    const reported = await world.provider.usage();
    await world.budget(owner, { selector: { matchLabels: { owner } }, limit: { tokens: limit } });
    const { passed, rounds, atOnceUntil, afterwards } = await useUp(
      (n) => world.ask(owner, load.body(n)),
      async () => limit - (await spentSince(world, reported)),
      load,
      calls,
    );
    const spent = await spentSince(world, reported);
    const share = spent / limit;
    t.diagnostic(
      `worth ${worth}: ${passed} of ${rounds * calls} at once passed and ${afterwards} after them, ${spent} of ${limit} tokens, ${(100 * share).toFixed(1)} %`,
    );
    assert.ok(spent <= limit, `${spent} of ${limit}`);
    assert.ok(share >= load.usable(worth), `${spent} of ${limit}`);
    assert.equal(await countedOf(world, 'budget', owner), spent);
    assert.equal(await countedOf(world, 'held', owner), 0);
    await eventually(async () => assert.equal((await usedTokens(world, owner)).used, spent));
    assert.equal(await threadsOf(world, owner, atOnceUntil), workers);
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
  const made = await world.calls(`user=${owner}&limit=1000&to=${burstEnd.toISOString()}`);
  return new Set(made.map(({ id }) => id.split('-')[1])).size;
}
