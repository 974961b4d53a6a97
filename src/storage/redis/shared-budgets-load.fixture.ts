/** Three machines that reserve and settle as fast as they may, while something is done to them or to their server. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { charges, hold, readings } from '../accounts-conformance.ts';
import type { TestProcess } from './accounts-process.fixture.ts';
import { eventually, item } from './shared-budgets.fixture.ts';

interface Caller {
  name: string;
  machine: TestProcess;
  open: number[];
  isDown?: boolean;
}

export interface Fight {
  open(name: string): Promise<TestProcess>;
  random(): number;
  forMs: number;
  /** Of a machine, at each of its turns. */
  deaths: number;
}

const limit = 20_000;
const items = [item({ limit }), item({ budget: 'ns/wide', limit: limit * 2, slices: [93_600, 97_200] })];

/** Reproducible but for the machine's own pace. */
export function reproducible(): () => number {
  let state = 12_345;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** That the limit is never passed, and in the end, once `calmDown` ended the disturbance, counters are what was settled. */
export async function fight(
  t: TestContext,
  { open, random, forMs, deaths }: Fight,
  calmDown: () => unknown,
): Promise<{ granted: number; failed: number }> {
  const start = async (name: string): Promise<Caller> => ({ name, machine: await open(name), open: [] });
  const callers = await Promise.all(['one', 'two', 'three'].map(start));
  const until = performance.now() + forMs;
  let used = 0;
  let granted = 0;
  let failed = 0;
  let most = 0;
  const calls = new Set<Promise<void>>();
  const heldNow = () =>
    callers.flatMap((caller) => caller.open).reduce((sum, output) => sum + 100 + output, 0);
  const settle = (caller: Caller) => {
    const output = caller.open.shift();
    if (output === undefined) return;
    const spent = Math.floor((100 + output) * random() * 0.05);
    caller.machine.accounts.settle(charges(items, output, spent), '{}');
    used += spent;
  };
  const call = async (caller: Caller) => {
    const { accounts } = caller.machine;
    const output = await hold(accounts, items, Math.floor(random() * 300)).catch(() => void failed++);
    // A process that died holds nothing any more.
    if (output === undefined || caller.machine.accounts !== accounts || caller.isDown) return;
    caller.open.push(output);
    granted++;
    most = Math.max(most, used + heldNow());
  };
  const work = async (caller: Caller) => {
    while (performance.now() < until) {
      for (let n = 0; n < 4; n++) calls.add(call(caller));
      await new Promise((resolve) => setTimeout(resolve, random() * 6));
      while (caller.open.length > 12 || (caller.open.length > 0 && random() < 0.6)) settle(caller);
      if (random() > deaths) continue;
      caller.isDown = true;
      caller.machine.crash();
      caller.open = [];
      caller.machine = await open(caller.name);
      caller.isDown = false;
    }
  };
  await Promise.all(callers.map(work));
  await calmDown();
  await Promise.all(calls);
  for (const caller of callers) while (caller.open.length > 0) settle(caller);
  t.diagnostic(`${granted} granted, ${failed} failed, ${used} used, ${most} at most of ${limit}`);
  assert.ok(most <= limit);
  for (const caller of callers)
    await eventually(async () => {
      for (const { machine } of callers) await machine.agent.beat();
      for (const reading of await readings(caller.machine.accounts, items))
        assert.deepEqual(reading, { used, reserved: 0 });
      // A server that came back empty just now settles for longer than other waits take.
    }, 400);
  return { granted, failed };
}
