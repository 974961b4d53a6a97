/** The arithmetic of resilience: examples of what it is for, and properties that hold whatever happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Candidate, chooseProvider } from './choose-provider.ts';
import { defaultHealth, type HealthPolicy, verdictOf } from './model.ts';
import {
  begun,
  ended,
  failed,
  isEjected,
  type ProviderHealth,
  succeeded,
  unknownProvider,
} from './provider-health.ts';
import { isRetriable, pauseBefore } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import { deposit, fullBudget, retriesPerSecond, retryReserve, retryShare, withdraw } from './retry-budget.ts';

const now = 1_000_000;
const failing = (provider: ProviderHealth, policy: HealthPolicy, times: number, atMs = now) => {
  let after = provider;
  for (let i = 0; i < times; i++) after = failed(begun(after), policy, undefined, atMs);
  return after;
};
const ejected = (forMs: number, told = false): ProviderHealth => ({
  ...unknownProvider,
  ejectedUntilMs: now + forMs,
  told,
});
const candidate = (provider: ProviderHealth, more: Partial<Candidate> = {}): Candidate => ({
  provider,
  tried: false,
  excluded: false,
  ...more,
});
const half = () => 0.5;

test('a provider is ejected after failures in a row, longer each time, and comes back on probation', () => {
  const four = failing(unknownProvider, defaultHealth, 4);
  assert.equal(isEjected(four, now), false);
  assert.equal(isEjected(failing(succeeded(begun(four), 10, now), defaultHealth, 4), now), false);
  let provider = failing(four, defaultHealth, 1);
  let atMs = now;
  for (const lengthMs of [3_000, 6_000, 12_000]) {
    assert.equal(provider.ejectedUntilMs, atMs + lengthMs);
    assert.equal(isEjected(provider, atMs + lengthMs - 1), true);
    assert.equal(isEjected(provider, atMs + lengthMs), false);
    atMs += lengthMs;
    provider = failing(provider, defaultHealth, 1, atMs);
  }
  const longAfter = atMs + 10 * 300_000;
  assert.equal(failing(provider, defaultHealth, 1, longAfter).ejectedUntilMs, longAfter + 3_000);
});

test('a provider that says when to come back is left alone until then, not longer for own counting', () => {
  const told = failed(begun(unknownProvider), defaultHealth, 20_000, now);
  assert.equal(told.ejectedUntilMs, now + 20_000);
  assert.equal(told.ejections, 0);
  assert.deepEqual(chooseProvider([[candidate(told)]], now, half), { none: true, untilMs: now + 20_000 });
  const later = failed(begun(told), defaultHealth, 1_000, now);
  assert.equal(later.ejectedUntilMs, now + 20_000);
});

test('health as a share of successes: ejected below the threshold, back with what is to be restored', () => {
  const policy = { healthThreshold: 0.5, restoreHealth: 0.2, ejectionMs: 1_000 };
  const one = failing(unknownProvider, policy, 1);
  assert.equal(isEjected(one, now), false);
  const two = failing(one, policy, 1);
  assert.equal(isEjected(two, now), true);
  assert.equal(two.health, 0.2);
  assert.equal(isEjected(failing(unknownProvider, { ejectionMs: 1_000 }, 1), now), true);
});

test('statuses that are the client’s fault are nobody’s failure', () => {
  for (const status of [400, 401, 403, 404, 408, 413, 422]) assert.equal(verdictOf(status), 'none');
  for (const status of [429, 500, 502, 503, 504, 529]) assert.equal(verdictOf(status), 'failure');
  for (const status of [200, 204, 304]) assert.equal(verdictOf(status), 'success');
});

test('the next group serves when all of one are ejected, tried or unfit', () => {
  const gone = candidate(ejected(5_000));
  const open = candidate(unknownProvider);
  assert.deepEqual(chooseProvider([[gone, gone], [open]], now, half), { group: 1, index: 0 });
  assert.deepEqual(chooseProvider([[gone, open], [open]], now, half), { group: 0, index: 1 });
  const tried = candidate(unknownProvider, { tried: true });
  assert.deepEqual(chooseProvider([[tried], [open]], now, half), { group: 1, index: 0 });
  assert.deepEqual(chooseProvider([[tried], [gone]], now, half), { group: 0, index: 0 });
  const unfit = candidate(unknownProvider, { excluded: true });
  assert.deepEqual(chooseProvider([[unfit], [open]], now, half), { group: 1, index: 0 });
  assert.deepEqual(chooseProvider([[unfit]], now, half), { none: true });
});

test('when all are ejected, the first to return is tried rather than nobody', () => {
  const groups = [[candidate(ejected(9_000)), candidate(ejected(1_000, true))], [candidate(ejected(4_000))]];
  assert.deepEqual(chooseProvider(groups, now, half), { group: 1, index: 0 });
});

test('the less loaded of two: fewer calls under way, faster, healthier; a slow one is tried again in time', () => {
  const fast = succeeded(begun(unknownProvider), 50, now);
  const slow = succeeded(begun(unknownProvider), 5_000, now);
  const pick = (a: ProviderHealth, b: ProviderHealth, atMs = now) => {
    const choice = chooseProvider([[candidate(a), candidate(b)]], atMs, half);
    assert.ok('index' in choice);
    return choice.index;
  };
  assert.equal(pick(slow, fast), 1);
  assert.equal(pick(fast, slow), 0);
  assert.equal(pick(begun(begun(fast)), fast), 1);
  assert.equal(pick(failing(fast, defaultHealth, 2), fast), 1);
  const busy = begun(begun(fast));
  assert.equal(pick(busy, slow, now + 120_000), 1);
});

test('weights: shares of what is open, whoever is faster; 0 waits until nobody else is left', () => {
  const loaded = begun(begun(succeeded(begun(unknownProvider), 9_000, now)));
  const shares = (...group: Candidate[]) => {
    const counts = group.map(() => 0);
    for (let n = 0; n < 100; n++) {
      const choice = chooseProvider([group], now, () => (n + 0.5) / 100);
      assert.ok('index' in choice);
      counts[choice.index]!++;
    }
    return counts;
  };
  const three = candidate(loaded, { weight: 3 });
  const one = candidate(unknownProvider, { weight: 1 });
  const spare = candidate(unknownProvider, { weight: 0 });
  assert.deepEqual(shares(three, one, spare), [75, 25, 0]);
  assert.deepEqual(shares(candidate(ejected(5_000), { weight: 3 }), one, spare), [0, 100, 0]);
  assert.deepEqual(shares({ ...three, tried: true }, { ...one, excluded: true }, spare), [0, 0, 100]);
  assert.deepEqual(
    chooseProvider([[one, spare]], now, () => 1 - 2 ** -53),
    { group: 0, index: 0 },
  );
});

const provider: fc.Arbitrary<ProviderHealth> = fc.record({
  inFlight: fc.nat(50),
  latencyMs: fc.nat(60_000),
  latencyAtMs: fc.integer({ min: now - 100_000, max: now }),
  health: fc.double({ min: 0, max: 1, noNaN: true }),
  consecutiveFailures: fc.nat(20),
  ejections: fc.nat(10),
  ejectedUntilMs: fc.integer({ min: now - 50_000, max: now + 50_000 }),
  told: fc.boolean(),
});
const candidates = fc.array(
  fc.array(
    fc.record({
      provider,
      tried: fc.boolean(),
      excluded: fc.boolean(),
      weight: fc.option(fc.nat(3), { nil: undefined }),
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  { minLength: 1, maxLength: 4 },
);

test('property: nobody who is excluded or asked to be left alone is chosen, and nobody open is passed over', () => {
  fc.assert(
    fc.property(
      candidates,
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (groups, numbers) => {
        const choice = chooseProvider(groups, now, () => numbers.next().value as number);
        const usable = groups.flat().filter(({ excluded }) => !excluded);
        const open = usable.filter(({ provider }) => !isEjected(provider, now));
        if ('none' in choice) {
          assert.equal(open.length, 0);
          assert.ok(usable.every(({ provider }) => provider.told));
          return;
        }
        const chosen = groups[choice.group]![choice.index]!;
        assert.equal(chosen.excluded, false);
        if (open.length > 0) assert.equal(isEjected(chosen.provider, now), false);
        else assert.equal(chosen.provider.told, false);
        if (open.some(({ tried }) => !tried)) {
          assert.equal(chosen.tried, false);
          const earlier = groups.slice(0, choice.group).flat();
          assert.ok(earlier.every((c) => c.excluded || c.tried || isEjected(c.provider, now)));
        }
      },
    ),
  );
});

type Step = { ms: number; end: 'ok' | 'fail' | 'none' | number };
const steps = fc.array(
  fc.record({
    ms: fc.nat(20_000),
    end: fc.oneof(fc.constantFrom('ok', 'fail', 'none'), fc.nat(10_000_000)) as fc.Arbitrary<Step['end']>,
  }),
  { maxLength: 60 },
);

test('property: whatever happens, an ejection ends, calls under way are counted back to none, health stays a share', () => {
  fc.assert(
    fc.property(steps, (history) => {
      let provider = unknownProvider;
      let atMs = now;
      for (const { ms, end } of history) {
        atMs += ms;
        const before = provider;
        provider = begun(provider);
        if (end === 'ok') provider = succeeded(provider, ms, atMs);
        else if (end === 'none') provider = ended(provider);
        else provider = failed(provider, defaultHealth, end === 'fail' ? undefined : end, atMs);
        assert.equal(provider.inFlight, 0);
        assert.ok(provider.health >= 0 && provider.health <= 1);
        assert.ok(Number.isFinite(provider.latencyMs));
        assert.ok(provider.ejectedUntilMs <= atMs + 3_600_000);
        if (end === 'ok' || end === 'none') assert.equal(provider.ejectedUntilMs, before.ejectedUntilMs);
      }
    }),
  );
});

test('what is tried again: the codes, the condition, or what another moment may change', () => {
  const policy = { retries: 1, backoffMs: 100 };
  assert.equal(isRetriable({}, { ...policy, codes: [503] }), true);
  assert.equal(isRetriable({ status: 500 }, { ...policy, codes: [503] }), false);
  assert.equal(isRetriable({ status: 404 }, { ...policy, codes: [404] }), true);
  for (const status of [408, 429, 500, 503, 529]) assert.equal(isRetriable({ status }, policy), true);
  for (const status of [400, 401, 404, 501]) assert.equal(isRetriable({ status }, policy), false);
  const conditional = { ...policy, condition: 'response.code == 409' };
  assert.equal(isRetriable({ status: 409, conditionHolds: true }, conditional), true);
  assert.equal(isRetriable({ status: 503, conditionHolds: false }, conditional), false);
  assert.equal(isRetriable({ status: 503, conditionHolds: false }, { ...conditional, codes: [503] }), true);
});

test('pauses: none before another provider; backoff, jitter and Retry-After before the same one', () => {
  const policy = { retries: 3, backoffMs: 100 };
  const next = { made: 0, sameProvider: true, retryAfterMs: undefined, remainingMs: undefined, random: 0 };
  assert.equal(pauseBefore({ ...next, sameProvider: false, retryAfterMs: 60_000 }, policy), 0);
  assert.equal(pauseBefore(next, policy), 100);
  assert.equal(pauseBefore({ ...next, made: 2 }, policy), 400);
  assert.equal(pauseBefore({ ...next, retryAfterMs: 2_000 }, policy), 2_000);
  assert.equal(pauseBefore({ ...next, retryAfterMs: 60_000 }, policy), undefined);
  assert.equal(pauseBefore({ ...next, remainingMs: 100 }, policy), undefined);
  assert.equal(pauseBefore({ ...next, made: 3 }, policy), undefined);
});

test('property: a pause is never below the backoff or Retry-After, never beyond the deadline', () => {
  const next = fc.record({
    made: fc.nat(20),
    sameProvider: fc.boolean(),
    retryAfterMs: fc.option(fc.nat(100_000), { nil: undefined }),
    remainingMs: fc.option(fc.nat(100_000), { nil: undefined }),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  fc.assert(
    fc.property(next, fc.nat(30), fc.nat(60_000), (next, retries, backoffMs) => {
      const pause = pauseBefore(next, { retries, backoffMs });
      if (pause === undefined) return;
      assert.ok(next.made < retries);
      if (next.remainingMs !== undefined) assert.ok(pause < next.remainingMs);
      if (next.sameProvider) assert.ok(pause >= Math.max(backoffMs, next.retryAfterMs ?? 0));
      else assert.equal(pause, 0);
    }),
  );
});

test('property: retries stay below a fifth of the calls, one a second, and the reserve', () => {
  const events = fc.array(fc.record({ ms: fc.nat(300), retry: fc.boolean() }), { maxLength: 400 });
  fc.assert(
    fc.property(events, (events) => {
      let budget = fullBudget(now);
      let [calls, retries, atMs] = [0, 0, now];
      for (const { ms, retry } of events) {
        atMs += ms;
        if (!retry) {
          calls++;
          budget = deposit(budget, atMs);
          continue;
        }
        const after = withdraw(budget, atMs);
        if (after === undefined) continue;
        retries++;
        budget = after;
      }
      const seconds = (atMs - now) / 1_000;
      assert.ok(retries <= retryReserve + calls * retryShare + seconds * retriesPerSecond + 1e-6);
    }),
  );
});

test('Retry-After in every form that providers use', () => {
  assert.equal(retryAfterMs({ 'retry-after': '7' }, now), 7_000);
  assert.equal(retryAfterMs({ 'retry-after': '0.25' }, now), 250);
  assert.equal(retryAfterMs({ 'retry-after': '7', 'retry-after-ms': '150' }, now), 150);
  const noon = Date.UTC(2026, 10, 25, 12, 0, 0);
  assert.equal(retryAfterMs({ 'retry-after': 'Wed, 25 Nov 2026 12:00:09 GMT' }, noon), 9_000);
  assert.equal(retryAfterMs({ 'retry-after': 'Wed, 25 Nov 2026 11:00:00 GMT' }, noon), 0);
  for (const text of ['', 'soon', '-3', '1e9', 'Wed, 31 Feb 2026 12:00:00 GMT', '99999999999'])
    assert.equal(retryAfterMs({ 'retry-after': text }, now), undefined);
  assert.equal(retryAfterMs({}, now), undefined);
});
