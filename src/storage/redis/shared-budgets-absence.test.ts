/** Gateways that die, sleep or are cut off, and what they had leased: it comes back, and nobody spends it twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { charges, hold, readings } from '../accounts-conformance.ts';
import type { TestProcess } from './accounts-process.fixture.ts';
import { noRedis } from './redis-server.fixture.ts';
import { eventually, item, type World, world } from './shared-budgets.fixture.ts';

const returnMs = 600_000;

/** Ends the leases of `machine` as seen by `watcher`: its own clock stands, so that it believes itself to be alive. */
async function untilAbsent(watcher: TestProcess): Promise<void> {
  const before = watcher.warnings.length;
  await eventually(async () => {
    await watcher.agent.beat();
    assert.ok(watcher.warnings.length > before);
  });
}

const skip = noRedis;

test('a killed gateway that does not come back: what it had leased does; when it comes back later, it is charged once', {
  skip,
}, async (t) => {
  const { machine } = await world(t);
  const clock = { nowMs: 0 };
  const nowMs = () => clock.nowMs;
  const one = await machine('one', { leaseMs: 1, nowMs });
  const two = await machine('two', { returnMs, nowMs });
  const items = [
    item({ limit: 1_000 }),
    item({ budget: 'ns/rolling', limit: 5_000, slices: [93_600, 97_200] }),
  ];
  assert.equal(await hold(one.accounts, items, 200), 200);
  one.accounts.settle(charges(items, 200, 40), '{}');
  assert.equal(await hold(one.accounts, items, 600), 600);
  one.crash();
  await untilAbsent(two);
  const [charged] = await readings(two.accounts, items);
  assert.ok(charged!.used >= 700 && charged!.reserved === 0, JSON.stringify(charged));
  clock.nowMs += returnMs - 1;
  await two.agent.beat();
  assert.deepEqual((await readings(two.accounts, items))[0], charged);
  clock.nowMs += 1;
  await two.agent.beat();
  assert.match(String(two.warnings.at(-1)!['message']), /came back/);
  const [left] = await readings(two.accounts, items);
  assert.ok(left!.used <= 40 && left!.reserved === 0, JSON.stringify(left));
  assert.equal(await hold(two.accounts, items, 800), 800);
  two.accounts.settle(charges(items, 800, 900), '{}');
  await machine('one', { nowMs });
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, items), [
      { used: 940, reserved: 0 },
      { used: 940, reserved: 0 },
    ]),
  );
});

test('who has not heard from the server in time spends nothing more of its lease, however much is left of it', {
  skip,
}, async (t) => {
  const { machine } = await world(t);
  const clock = { nowMs: 0 };
  const cut = { isCut: false };
  const one = await machine('one', { nowMs: () => clock.nowMs, cut });
  const items = [item({ limit: 100_000 })];
  assert.equal(await hold(one.accounts, items, 100), 100);
  cut.isCut = true;
  assert.equal(
    one.accounts.reserve({ items, wantedOutput: 100, minimumOutput: 1 }) instanceof Promise,
    false,
  );
  clock.nowMs += 2_500;
  await assert.rejects(hold(one.accounts, items, 0), /cut/);
  one.accounts.settle(charges(items, 100, 30), '{}');
  cut.isCut = false;
  await eventually(async () =>
    assert.deepEqual(await readings(one.accounts, items), [{ used: 30, reserved: 200 }]),
  );
});

test('a lease that came back while its gateway was cut off is not spent there again', { skip }, async (t) => {
  const { machine } = await world(t);
  const clock = { nowMs: 0 };
  const nowMs = () => clock.nowMs;
  const cut = { isCut: false };
  const one = await machine('one', { leaseMs: 1, nowMs, cut });
  const two = await machine('two', { returnMs, nowMs });
  const items = [item({ limit: 2_000 })];
  assert.equal(await hold(one.accounts, items, 100), 100);
  cut.isCut = true;
  await untilAbsent(two);
  clock.nowMs += returnMs;
  await two.agent.beat();
  assert.equal(await hold(two.accounts, items, 3_000), 1_900);
  await assert.rejects(hold(one.accounts, items, 0), /cut/);
  cut.isCut = false;
  assert.equal(await eventually(() => hold(one.accounts, items, 0)), undefined);
  // Its call under way is told of all the same.
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, items), [{ used: 0, reserved: 2_200 }]),
  );
  one.accounts.settle(charges(items, 100, 20), '{}');
  two.accounts.settle(charges(items, 1_900, 1_000), '{}');
  await eventually(async () =>
    assert.deepEqual(await readings(one.accounts, items), [{ used: 1_020, reserved: 0 }]),
  );
});

test('a counter that was reset while a gateway is absent does not fall below zero when it is back', {
  skip,
}, async (t) => {
  const { machine } = await world(t);
  const one = await machine('one', { leaseMs: 1, nowMs: () => 0 });
  const two = await machine('two');
  const items = [item({ limit: 1_000 })];
  assert.equal(await hold(one.accounts, items, 400), 400);
  one.crash();
  await untilAbsent(two);
  assert.equal(await two.agent.reset('budget|ns/b|'), 1);
  assert.equal(await hold(two.accounts, items, 500), 500);
  two.accounts.settle(charges(items, 500, 600), '{}');
  await machine('one');
  await eventually(async () =>
    assert.deepEqual(await readings(two.accounts, items), [{ used: 600, reserved: 0 }]),
  );
});

const who = fc.nat(2);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('begin' as const), who, output: fc.nat(300) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('end' as const), who, share: fc.nat(100) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constant(returnMs) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), who }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Leases end at any moment by the server's clock; the gateways' own clock stands between steps. What calls under way at a gateway
 * that was cut off, or that died untold, used after all may pass the limit, once it came back to the others; nothing else may.
 */
class Gateways {
  readonly limit = 2_000;
  readonly items;
  readonly #open: number[][] = [[], [], []];
  readonly #cuts = [0, 1, 2].map(() => ({ isCut: false, sinceMs: 0 }));
  #machines: TestProcess[] = [];
  #used = 0;
  #returned = 0;
  #clockMs = 0;

  constructor(run: number) {
    this.items = [item({ group: `${run}`, limit: this.limit })];
  }

  async start(place: World): Promise<void> {
    this.#machines = await Promise.all([0, 1, 2].map((n) => this.#start(place, n)));
  }

  async take(place: World, s: Step): Promise<void> {
    if (s.kind === 'pass') this.#clockMs += s.ms;
    else if (s.kind === 'beat') await this.#machines[s.who]!.agent.beat();
    else if (s.kind === 'cut') this.#toggle(this.#cuts[s.who]!);
    else if (s.kind === 'begin') await this.#begin(s.who, s.output);
    else if (s.kind === 'end') this.#end(s.who, s.share);
    else {
      this.#countReturned(this.#machines[s.who]!);
      this.#machines[s.who]!.crash();
      this.#open[s.who] = [];
      this.#cuts[s.who]!.isCut = false;
      this.#machines[s.who] = await this.#start(place, s.who);
    }
    const held = this.#open.flat().reduce((sum, output) => sum + 100 + output, 0);
    const most = this.limit + this.#cameBack();
    assert.ok(this.#used + held <= most, `${this.#used} used, ${held} held, of ${most}, after ${s.kind}`);
  }

  get returned(): number {
    return this.#cameBack();
  }

  async end(): Promise<void> {
    for (const cut of this.#cuts) cut.isCut = false;
    for (const [n, open] of this.#open.entries()) while (open.length > 0) this.#end(n, 50);
    for (const { accounts } of this.#machines)
      await eventually(async () =>
        assert.deepEqual(await readings(accounts, this.items), [{ used: this.#used, reserved: 0 }]),
      );
    for (const machine of this.#machines) await machine.close();
  }

  #start(place: World, n: number): Promise<TestProcess> {
    const nowMs = () => this.#clockMs;
    const name = `${this.items[0]!.group}-${n}`;
    return place.machine(name, { leaseMs: 1, returnMs, nowMs, cut: this.#cuts[n]! });
  }

  async #begin(n: number, output: number): Promise<void> {
    const granted = await hold(this.#machines[n]!.accounts, this.items, output).catch(() => undefined);
    if (granted === undefined) return;
    const { isCut, sinceMs } = this.#cuts[n]!;
    assert.ok(!isCut || this.#clockMs <= sinceMs, 'granted out of a lease that may be over');
    this.#open[n]!.push(granted);
  }

  #toggle(cut: { isCut: boolean; sinceMs: number }): void {
    cut.isCut = !cut.isCut;
    cut.sinceMs = this.#clockMs;
  }

  #end(n: number, share: number): void {
    const output = this.#open[n]!.shift();
    if (output === undefined) return;
    const used = Math.floor(((100 + output) * share) / 100);
    this.#machines[n]!.accounts.settle(charges(this.items, output, used), '{}');
    this.#used += used;
  }

  #cameBack(): number {
    for (const machine of this.#machines) this.#countReturned(machine);
    return this.#returned;
  }

  #countReturned({ warnings }: TestProcess): void {
    for (const { returned = 0 } of warnings.splice(0)) this.#returned += Number(returned);
  }
}

test('gateways that are killed, cut off and left by their leases in any order: the limit holds, and all is counted in the end', {
  skip,
  timeout: 900_000,
}, async (t) => {
  const place = await world(t);
  let run = 0;
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const gateways = new Gateways(run++);
      await gateways.start(place);
      for (const s of steps) await gateways.take(place, s);
      await gateways.end();
      if (gateways.returned > 0) passed++;
    }),
    { numRuns: process.env['TOLLGATE_TEST_LONG'] === '1' ? 300 : 25, endOnFailure: true },
  );
  t.diagnostic(`${run} runs, leases came back in ${passed}`);
  assert.ok(passed > 0 && passed < run);
});
