/** Addends, limits, windows, statistics: one rule at a time. */
import type { Scenario } from '../scenario.ts';
import { adding, ask, call, descriptor, scenario, times } from './ask.ts';

const units = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'];
const everyUnit = `domain: d\ndescriptors:\n${units
  .map((unit) => `- {key: ${unit}, rate_limit: {unit: ${unit}, requests_per_unit: 2}}`)
  .join('\n')}`;
const ten = 'domain: d\ndescriptors: [{key: u, rate_limit: {unit: year, requests_per_unit: 10}}]';

export const counting: Scenario[] = [
  ...units.map((unit) => scenario(`unit ${unit}`, everyUnit, [times(ask('d', unit, 'x'), 3)])),
  scenario('a new second is a new window', everyUnit, [
    times(ask('d', 'second', 'x'), 3),
    { nextSecond: true },
    ask('d', 'second', 'x'),
    ask('d', 'minute', 'x'),
  ]),
  scenario('addends of the request', ten, [
    adding(ask('d', 'u', 'a'), 0),
    adding(ask('d', 'u', 'a'), 1),
    adding(ask('d', 'u', 'a'), 5),
    adding(ask('d', 'u', 'a'), 5),
    adding(ask('d', 'u', 'a'), 1),
    adding(ask('d', 'u', 'b'), 10),
    adding(ask('d', 'u', 'c'), 11),
    adding(ask('d', 'u', 'big'), 4_294_967_295),
  ]),
  scenario('addends of descriptors', ten, [
    ask('d', 'u', 'a', { hitsAddend: '0' }),
    ask('d', 'u', 'a', { hitsAddend: '10' }),
    ask('d', 'u', 'a', { hitsAddend: '0' }),
    ask('d', 'u', 'a', { hitsAddend: '1' }),
    ask('d', 'u', 'a', { hitsAddend: '0' }),
    adding(call('d', descriptor([['u', 'b']], { hitsAddend: '0' }), descriptor([['u', 'b']])), 3),
    adding(call('d', descriptor([['u', 'c']], { hitsAddend: '2' }), descriptor([['u', 'c']])), 0),
    ask('d', 'u', 'large', { hitsAddend: '4503599627370496' }),
  ]),
  scenario('one descriptor twice in a call', ten, [
    call('d', descriptor([['u', 'a']]), descriptor([['u', 'a']])),
    times(call('d', descriptor([['u', 'a']]), descriptor([['u', 'a']])), 5),
  ]),
  scenario('near the limit, split at each threshold', ten, [
    adding(ask('d', 'u', 'a'), 7),
    adding(ask('d', 'u', 'a'), 1),
    adding(ask('d', 'u', 'a'), 1),
    adding(ask('d', 'u', 'a'), 3),
    adding(ask('d', 'u', 'b'), 9),
    adding(ask('d', 'u', 'c'), 15),
    adding(ask('d', 'u', 'e'), 8),
    adding(ask('d', 'u', 'e'), 5),
  ]),
  ...['0.5', '0', '1', '0.33'].map((ratio) =>
    scenario(
      `near limit ratio ${ratio}`,
      ten,
      [3, 2, 4, 1, 1].map((hits) => adding(ask('d', 'u', 'a'), hits)),
      {
        settings: { NEAR_LIMIT_RATIO: ratio },
      },
    ),
  ),
  scenario(
    'limits of 0 and of the largest number',
    `domain: d
descriptors:
- {key: none, rate_limit: {unit: year, requests_per_unit: 0}}
- {key: unsaid, rate_limit: {unit: year}}
- {key: most, rate_limit: {unit: year, requests_per_unit: 4294967295}}`,
    [
      ask('d', 'none', 'a'),
      ask('d', 'none', 'b', { hitsAddend: '0' }),
      ask('d', 'unsaid', 'a'),
      ask('d', 'most', 'a'),
      ask('d', 'most', 'b', { hitsAddend: '0' }),
    ],
    { settings: { LIMIT_RESPONSE_HEADERS_ENABLED: 'true' } },
  ),
  scenario('a prefix for keys', ten, [ask('d', 'u', 'a')], { settings: { CACHE_KEY_PREFIX: 'pre:' } }),
  scenario('keys and values of any characters', ten.replace('key: u', 'key: "schlüssel: |"'), [
    ask('d', 'schlüssel: |', 'wert ≠ 值 🙂'),
    ask('d', 'schlüssel: |', 'a_b:c|d.e'),
    ask('d', 'schlüssel: |', ' '),
    ask('d', 'schlüssel: |', '\u0000\n'),
    ask('d', 'schlüssel: |', ''),
  ]),
  scenario('10,000 descriptors', ten, [
    { ...ask('d', 'u', 'a'), copies: 10_000 },
    { ...ask('d', 'nothing', 'a'), copies: 10_000 },
  ]),
];
