import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BudgetWindow } from './model.ts';
import { windowAt } from './window.ts';
import { longestHoldMs, WindowClock } from './window-clock.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

test('a clock that is set back stays in its window; one that was wrong by more is followed', () => {
  const clock = new WindowClock();
  const noon = at('2026-11-25T12:00:00Z');
  assert.equal(clock.at(noon), noon);
  assert.equal(clock.at(noon - hour), noon);
  assert.equal(clock.at(noon - day), noon);
  assert.equal(clock.at(noon + 1), noon + 1);
  assert.equal(clock.at(noon - 30 * day), noon - 30 * day);
  assert.equal(clock.at(noon - 30 * day + 5), noon - 30 * day + 5);
});

const window = fc.oneof(
  fc.record({
    type: fc.constant('calendar' as const),
    period: fc.constantFrom(
      'Minute' as const,
      'Hour' as const,
      'Day' as const,
      'Week' as const,
      'Month' as const,
    ),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe'),
  }),
  fc.record({ type: fc.constant('rolling' as const), seconds: fc.constantFrom(60, 3_600, 86_400) }),
);
/** Steps of an hour and of a day, back and forth, between calls; never more than the longest hold from where time really is. */
const move = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.oneof(fc.nat(90_000), fc.nat(2 * hour)) }),
  fc.record({ kind: fc.constant('step' as const), ms: fc.constantFrom(0, -hour, -day, -day - hour / 2) }),
);
/** Around changes of the clocks, a leap day, the ends of a month and a year. */
const begin = fc.constantFrom(
  at('2026-03-28T22:00:00Z'),
  at('2026-10-24T21:00:00Z'),
  at('2028-02-28T23:00:00Z'),
  at('2026-11-30T23:30:00Z'),
  at('2026-12-31T22:59:00Z'),
);

test('whatever a clock is set back to, no window is opened twice and nothing that counts is forgotten', () => {
  fc.assert(
    fc.property(
      window,
      begin,
      fc.array(move, { minLength: 5, maxLength: 60 }),
      (of: BudgetWindow, from, moves) => {
        const limit = 10;
        const clock = new WindowClock();
        const used = new Map<number, number>();
        const left = new Set<number>();
        let realMs = from;
        let offMs = 0;
        let last = Number.NEGATIVE_INFINITY;
        for (const { kind, ms } of moves) {
          if (kind === 'pass') realMs += ms;
          else offMs = ms;
          const before = last;
          const { slices } = windowAt(of, clock.at(realMs + offMs));
          last = slices.at(-1)!;
          assert.ok(last >= before, 'a window that was over is charged again');
          if (last !== before) left.add(before);
          assert.ok(!left.has(last), 'it was left before');
          const counted = slices.reduce((sum, slice) => sum + (used.get(slice) ?? 0), 0);
          if (counted < limit) used.set(last, (used.get(last) ?? 0) + 1);
          // All that was charged within the window's length counts: by real time, which nobody can set.
          if (of.type === 'calendar') assert.ok(used.get(last)! <= limit);
          else assert.ok(slices.reduce((sum, slice) => sum + (used.get(slice) ?? 0), 0) <= limit);
        }
        assert.ok(-offMs < longestHoldMs);
      },
    ),
    { numRuns: 500 },
  );
});
