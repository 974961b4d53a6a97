import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AbsenceWatch, defaultReturnMs, leaseMs, maySpend, settlingMs, spendMs } from './lease-time.ts';

test('an absence is believed once it was seen for long enough; one that follows it is another', () => {
  const watch = new AbsenceWatch(100);
  const [first, second] = [
    { owner: 'a', epoch: '1' },
    { owner: 'a', epoch: '2' },
  ];
  assert.deepEqual(watch.see([first], 0), []);
  assert.deepEqual(watch.see([first], 99), []);
  assert.deepEqual(watch.see([second], 120), []);
  assert.deepEqual(watch.see([second], 219), []);
  assert.deepEqual(watch.see([second], 220), [second]);
  assert.deepEqual(watch.see([], 221), []);
  assert.deepEqual(watch.see([second], 400), []);
  assert.deepEqual(new AbsenceWatch(Number.POSITIVE_INFINITY).see([first], 1e12), []);
});

test('who may have lost its lease stops before anybody else may spend it', () => {
  assert.ok(maySpend(0, spendMs - 1) && !maySpend(0, spendMs));
  assert.ok(spendMs < settlingMs && spendMs < leaseMs && spendMs < defaultReturnMs);
});

/**
 * A model of the protocol: gateways lease, spend, sleep, are cut off and die, the server's clock jumps as it likes. Spare amounts
 * are spent by one at a time. (`src/storage/redis` has the same over a real server.)
 */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), who: fc.nat(2), ask: fc.nat(60) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('spend' as const), who: fc.nat(2), amount: fc.nat(60) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(4_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1_000_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('jump' as const),
      ms: fc.integer({ min: -90_000_000, max: 90_000_000 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('watch' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose data' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const limit = 100;

interface Leased {
  amount: number;
  endsAtMs: number;
  epoch?: string;
}

class Model {
  /** Real time: each gateway's steady clock. */
  now = 0;
  clock = 0;
  used = 0;
  opensAt = 0;
  epochs = 0;
  generation = 0;
  readonly leases = new Map<string, Leased>();
  readonly gateways = [0, 1, 2].map((n) => this.#fresh(n, 0));
  readonly spent = new Map<string, number>();

  /** What nobody but the spender knows of may be in no lease that was given back: told at once, in this model. */
  take(step: Step): void {
    if (step.kind === 'pass') {
      this.now += step.ms;
      this.clock += step.ms;
    } else if (step.kind === 'jump') this.clock += step.ms;
    else if (step.kind === 'lose data') {
      this.leases.clear();
      // Charges are told anew from the journals, see the registers; the settling runs by real time here.
      this.generation++;
      this.opensAt = this.now + settlingMs;
    } else if (step.kind === 'die') this.gateways[step.who] = this.#fresh(step.who, ++this.epochs);
    else if (step.kind === 'watch') this.#watch(step.who);
    else if (step.kind === 'tell') this.#tell(step.who, step.ask);
    else this.#spend(step.who, step.amount);
  }

  /** Of what was leased and given back meanwhile, nothing may be spent: what can be spent now fits the limit. */
  spendable(): number {
    return this.gateways
      .filter(({ toldAt }) => maySpend(toldAt, this.now))
      .reduce((sum, { free }) => sum + free, 0);
  }

  #fresh(n: number, run: number) {
    return { owner: `${n}-${run}`, free: 0, toldAt: Number.NEGATIVE_INFINITY, watch: new AbsenceWatch() };
  }

  #tell(who: number, ask: number): void {
    const gateway = this.gateways[who]!;
    if (!maySpend(gateway.toldAt, this.now)) gateway.free = 0;
    const before = this.leases.get(gateway.owner);
    if (before?.epoch !== undefined) this.used -= before.amount;
    const others = [...this.leases].reduce(
      (sum, [owner, lease]) =>
        sum + (owner === gateway.owner || lease.epoch !== undefined ? 0 : lease.amount),
      0,
    );
    const room = limit - this.used - others - gateway.free;
    if (this.now >= this.opensAt) gateway.free += Math.max(0, Math.min(ask, room));
    gateway.toldAt = this.now;
    this.leases.set(gateway.owner, { amount: gateway.free, endsAtMs: this.clock + leaseMs });
  }

  #spend(who: number, amount: number): void {
    const gateway = this.gateways[who]!;
    if (!maySpend(gateway.toldAt, this.now) || amount > gateway.free) return;
    gateway.free -= amount;
    this.used += amount;
    const lease = this.leases.get(gateway.owner);
    if (lease === undefined) return;
    // Counted as used once more with its lease, until it is told.
    if (lease.epoch !== undefined) this.used -= amount;
    lease.amount -= amount;
  }

  #watch(who: number): void {
    for (const lease of this.leases.values()) {
      if (lease.epoch !== undefined || this.clock < lease.endsAtMs) continue;
      lease.epoch = String(++this.epochs);
      this.used += lease.amount;
    }
    const absences = [...this.leases].flatMap(([owner, { epoch }]) =>
      epoch === undefined ? [] : [{ owner, epoch }],
    );
    for (const { owner } of this.gateways[who]!.watch.see(absences, this.now)) {
      this.used -= this.leases.get(owner)!.amount;
      this.leases.delete(owner);
    }
  }
}

test('whatever sleeps, dies, is cut off or jumps: what was used and what may still be spent fit the limit', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200, size: 'max' }), (steps) => {
      const model = new Model();
      let used = 0;
      for (const s of steps) {
        const before = model.gateways.map(({ free }) => free);
        model.take(s);
        if (s.kind === 'spend') used += before[s.who]! - model.gateways[s.who]!.free;
        assert.ok(
          used + model.spendable() <= limit,
          `${used} used, ${model.spendable()} may be, after ${s.kind}`,
        );
      }
    }),
    { numRuns: 2_000 },
  );
});
