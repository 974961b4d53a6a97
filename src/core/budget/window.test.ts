import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BudgetWindow, CalendarPeriod } from './model.ts';
import { isTimeZone, windowAt } from './window.ts';

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds;

function bounds(period: CalendarPeriod, timeZone: string, now: string): [string, string] {
  const { slices, resetsAtSeconds } = windowAt({ type: 'calendar', period, timeZone }, at(now));
  const text = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toString();
  return [text(slices[0]!), text(resetsAtSeconds)];
}

const cases: [what: string, CalendarPeriod, timeZone: string, now: string, from: string, to: string][] = [
  ['a plain day', 'Day', 'UTC', '2026-11-25T12:00:00Z', '2026-11-25T00:00:00Z', '2026-11-26T00:00:00Z'],
  [
    'the last moment of a day',
    'Day',
    'UTC',
    '2026-11-25T23:59:59.999Z',
    '2026-11-25T00:00:00Z',
    '2026-11-26T00:00:00Z',
  ],
  [
    'a day of 23 hours',
    'Day',
    'Europe/Berlin',
    '2026-03-29T10:00:00Z',
    '2026-03-28T23:00:00Z',
    '2026-03-29T22:00:00Z',
  ],
  [
    'a day of 25 hours',
    'Day',
    'Europe/Berlin',
    '2026-10-25T10:00:00Z',
    '2026-10-24T22:00:00Z',
    '2026-10-25T23:00:00Z',
  ],
  [
    'a day whose midnight is skipped',
    'Day',
    'America/Santiago',
    '2026-09-06T12:00:00Z',
    '2026-09-06T04:00:00Z',
    '2026-09-07T03:00:00Z',
  ],
  [
    'an hour that is repeated, first',
    'Hour',
    'Europe/Berlin',
    '2026-10-25T00:30:00Z',
    '2026-10-25T00:00:00Z',
    '2026-10-25T01:00:00Z',
  ],
  [
    'an hour that is repeated, second',
    'Hour',
    'Europe/Berlin',
    '2026-10-25T01:30:00Z',
    '2026-10-25T01:00:00Z',
    '2026-10-25T02:00:00Z',
  ],
  [
    'an hour of a zone with 45 minutes',
    'Hour',
    'Asia/Kathmandu',
    '2026-11-25T12:00:00Z',
    '2026-11-25T11:15:00Z',
    '2026-11-25T12:15:00Z',
  ],
  [
    'a week begins on Monday',
    'Week',
    'UTC',
    '2026-11-29T12:00:00Z',
    '2026-11-23T00:00:00Z',
    '2026-11-30T00:00:00Z',
  ],
  ['a leap February', 'Month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ['a quarter', 'Quarter', 'UTC', '2026-11-25T12:00:00Z', '2026-10-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  [
    'a year in another zone',
    'Year',
    'Asia/Tokyo',
    '2026-12-31T15:00:00Z',
    '2026-12-31T15:00:00Z',
    '2027-12-31T15:00:00Z',
  ],
  ['a minute', 'Minute', 'UTC', '2026-11-25T12:00:59Z', '2026-11-25T12:00:00Z', '2026-11-25T12:01:00Z'],
];
for (const [what, period, timeZone, now, from, to] of cases) {
  test(`calendar: ${what}`, () => assert.deepEqual(bounds(period, timeZone, now), [from, to]));
}

test('calendar windows follow each other without a gap, and hold the moment they were asked for', () => {
  const period = fc.constantFrom<CalendarPeriod>('Hour', 'Day', 'Week', 'Month', 'Quarter', 'Year');
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  );
  const moment = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
  fc.assert(
    fc.property(period, zone, moment, (p, timeZone, nowMs) => {
      const window: BudgetWindow = { type: 'calendar', period: p, timeZone };
      const here = windowAt(window, nowMs);
      const [start] = here.slices;
      assert.ok(start! * 1000 <= nowMs && nowMs < here.resetsAtSeconds * 1000);
      assert.equal(windowAt(window, here.resetsAtSeconds * 1000).slices[0], here.resetsAtSeconds);
      assert.equal(windowAt(window, here.resetsAtSeconds * 1000 - 1).slices[0], start);
      assert.equal(here.keepSeconds, here.resetsAtSeconds - start!);
    }),
  );
});

test('a rolling window covers its whole length, and no counter is dropped while it counts', () => {
  const seconds = fc.integer({ min: 60, max: 400 * 86_400 });
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 2 ** 41 }), (length, nowMs) => {
      const { slices, keepSeconds, resetsAtSeconds } = windowAt({ type: 'rolling', seconds: length }, nowMs);
      const now = nowMs / 1000;
      assert.ok(slices[0]! <= now - length);
      assert.ok(slices.at(-1)! <= now && slices.length <= 26);
      assert.ok(slices[0]! + keepSeconds >= now, 'the oldest slice is still kept');
      assert.ok(resetsAtSeconds > now);
    }),
  );
});

test('a lifetime is one window', () => {
  const early = windowAt({ type: 'lifetime' }, 0);
  assert.deepEqual(windowAt({ type: 'lifetime' }, 4e12), early);
});

test('time zones are IANA names', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('Europe/Atlantis'), false);
});
