/** Calls at once against hard budgets: how many in the short and in the long form, what one reserves, and what was counted. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type BudgetWorld, budgetWorld } from './budget-world.ts';

const long = process.env['TOLLGATE_TEST_LONG'] === '1';
export const calls = long ? 2_000 : 400;
export const crashRounds = long ? 200 : 20;
/** Of a budget, in reservations. */
export const worths = long ? [1, 10, 1_000] : [1, 10, 100];
export const maxTokens = 100;
const namespace = 'agentgateway-system';

/** A question whose bound is known: the bytes of the call as sent to the provider and the framing, see boundInputTokens. */
export const body = (index: number) => ({
  model: 'claude-sonnet-5',
  max_tokens: maxTokens,
  stream: index % 2 === 1,
});

/** A key whose budget bears no call, so that its refusal says what one needs. */
export async function setUpProbe(world: BudgetWorld): Promise<void> {
  await world.key('tg-probe', {}, { owner: 'tg-probe' });
  await world.budget('probe', {
    selector: { matchLabels: { owner: 'tg-probe' } },
    limit: { tokens: 1 },
    reservation: { minimumOutputTokens: maxTokens },
  });
}

/** What one call reserves: read from what a refusal says that it needs. */
export async function neededByOne(world: BudgetWorld): Promise<number> {
  const { status, text } = await world.ask('tg-probe', body(1));
  assert.equal(status, 429, text);
  return Number(/needs at least (\d+) tokens/.exec(text)![1]);
}

/** By the ledger; calls that were refused are none. */
export async function usedTokens(
  world: BudgetWorld,
  owner: string,
): Promise<{ used: number; calls: number }> {
  const { total } = await world.admin<{ total: { tokens: number; requests: number; refused: number } }>(
    `usage?user=${owner}`,
  );
  return { used: total.tokens, calls: total.requests - total.refused };
}

/** By the counters: what is used of a budget, or held. */
export async function countedOf(
  world: BudgetWorld,
  kind: 'budget' | 'held',
  budget: string,
): Promise<number> {
  const prefix = encodeURIComponent(`${kind}|${namespace}/${budget}|`);
  const { counters } = await world.admin<{ counters: { value: number }[] }>(`counters?prefix=${prefix}`);
  return counters.reduce((sum, { value }) => sum + value, 0);
}

/** How far a long test is; the short form says nothing until its end. */
export function told(t: TestContext, round: number, text: string): void {
  if (long && (round + 1) % 10 === 0)
    process.stderr.write(`${t.name.slice(0, 40)}… round ${round + 1}: ${text}\n`);
}

export interface SharingWorlds {
  /** Three gateways with a data directory each; the last has two threads. */
  worlds: BudgetWorld[];
  /** What one call reserves. */
  reservation: number;
  /** Makes a key of the name and a budget of its own, at each gateway. `reservation`: so that answers are not shortened. */
  everywhere(owner: string, limit: object, reservation?: object): Promise<void>;
}

export async function startSharing(
  t: TestContext,
  url: string,
  more: Record<string, string> = {},
): Promise<SharingWorlds> {
  // Thousands of calls at once leave a small machine no time to answer soon.
  const env = { TOLLGATE_REDIS_URL: url, TOLLGATE_REDIS_TIMEOUT_MS: '5000', ...more };
  // One after the other: each start is seconds of CPU, and must be in time.
  const worlds: BudgetWorld[] = [];
  for (const workers of ['1', '1', '2']) worlds.push(await budgetWorld(t, ['--workers', workers], env));
  await setUpProbe(worlds[0]!);
  const everywhere = async (
    owner: string,
    limit: object,
    reservation: object = { minimumOutputTokens: maxTokens },
  ) => {
    const spec = { selector: { matchLabels: { owner } }, limit, reservation };
    for (const world of worlds) {
      await world.key(owner, {}, { owner });
      await world.budget(owner, spec);
    }
  };
  return { worlds, reservation: await neededByOne(worlds[0]!), everywhere };
}
