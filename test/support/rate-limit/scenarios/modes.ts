/** Shadow, quota, replacement, unlimited; metrics' names; headers, metadata; the settings that change answers. */
import type { Scenario } from '../scenario.ts';
import { adding, ask, call, descriptor, scenario, times } from './ask.ts';

const year = (count: number, more = '') => `rate_limit: {unit: year, requests_per_unit: ${count}${more}}`;
const rules = `domain: d
descriptors:
- {key: hard1, ${year(1)}}
- {key: hard2, ${year(2)}}
- {key: shadow, shadow_mode: true, ${year(1)}}
- {key: quota1, quota_mode: true, ${year(1)}}
- {key: quota2, quota_mode: true, ${year(2)}}
- {key: quotashadow, quota_mode: true, shadow_mode: true, ${year(1)}}
- {key: unlimited, rate_limit: {unlimited: true}}
- {key: unlimitedquota, quota_mode: true, rate_limit: {unlimited: true, requests_per_unit: 7, name: free}}
`;
const all = (...keys: string[]) => call('d', ...keys.map((key) => descriptor([[key, 'v']])));
const modeSteps = [
  times(all('shadow'), 3),
  times(all('hard1', 'shadow'), 2),
  times(all('quota1'), 2),
  times(all('quota1', 'quota2'), 3),
  times(all('quota1', 'hard2'), 3),
  times(all('quota1', 'nothing'), 2),
  times(all('quota1', 'unlimited'), 2),
  times(all('quota1', 'unlimitedquota'), 2),
  times(all('quota1', 'shadow'), 2),
  times(all('quotashadow'), 3),
  times(all('unlimited'), 2),
  all('unlimited', 'unlimitedquota', 'hard1'),
  adding(all('hard2', 'shadow'), 5),
];

const modes: Scenario[] = [
  ...[[], ['SHADOW_MODE'], ['QUOTA_MODE'], ['SHADOW_MODE', 'QUOTA_MODE']].map((names) =>
    scenario(`modes with ${names.join(' and ') || 'defaults'}`, rules, [...modeSteps, { rules: true }], {
      settings: Object.fromEntries(names.map((name) => [name, 'true'])),
    }),
  ),
  scenario(
    'replaces',
    `domain: d
descriptors:
- {key: a, ${year(5, ', name: a')}}
- {key: b, ${year(4, ', name: b, replaces: [{name: a}]')}}
- {key: c, ${year(3, ', name: c, replaces: [{name: b}, {name: nowhere}]')}}
- {key: x, ${year(3, ', name: x, replaces: [{name: y}]')}}
- {key: y, ${year(3, ', name: y, replaces: [{name: x}]')}}
- {key: unnamed, ${year(2, ', replaces: [{name: a}]')}}
- {key: same, ${year(2, ', name: a')}}
- {key: free, rate_limit: {unlimited: true, name: free, replaces: [{name: a}]}}
- {key: notfree, ${year(2, ', replaces: [{name: free}]')}}
- {key: shadow, shadow_mode: true, ${year(0, ', replaces: [{name: a}]')}}
- {key: quota, quota_mode: true, ${year(0, ', name: quota')}}
- {key: noquota, ${year(9, ', replaces: [{name: quota}]')}}
`,
    [
      all('a'),
      all('a', 'b'),
      all('b', 'a'),
      all('a', 'b', 'c'),
      all('x', 'y'),
      all('unnamed', 'a', 'same'),
      all('free', 'a'),
      all('notfree', 'free'),
      all('notfree', 'free', 'a'),
      all('shadow', 'a'),
      all('quota', 'noquota'),
      call(
        'd',
        descriptor([['a', 'v']], { limit: { requestsPerUnit: 1, unit: 'YEAR' } }),
        descriptor([['b', 'v']]),
      ),
    ],
    { settings: { LIMIT_RESPONSE_HEADERS_ENABLED: 'true' } },
  ),
];

const paths = `domain: d
descriptors:
- {key: plain, ${year(9)}}
- {key: detailed, detailed_metric: true, ${year(9)}}
- {key: value, value_to_metric: true, ${year(9)}}
- {key: wild, value: "w*", ${year(9)}}
- {key: wildvalue, value: "w*", value_to_metric: true, ${year(9)}}
- {key: fixed, value: f, value_to_metric: true, ${year(9)}}
- key: one
  value_to_metric: true
  descriptors:
  - {key: two, ${year(9)}}
  - {key: three, detailed_metric: true, ${year(9)}}
  - key: four
    descriptors: [{key: five, value_to_metric: true, ${year(9)}}]
- key: inner
  detailed_metric: true
  ${year(9)}
  descriptors: [{key: leaf, ${year(9)}}]
- {key: "ends_", ${year(9)}}
- {key: "dotted.key", ${year(9)}}
`;

const metricNames: Scenario[] = [
  scenario('names of metrics', paths, [
    ...['plain', 'detailed', 'value'].flatMap((key) => [
      ask('d', key, 'v'),
      ask('d', key, ''),
      ask('d', key, 'other'),
    ]),
    ask('d', 'wild', 'w1'),
    ask('d', 'wildvalue', 'w1'),
    ask('d', 'wildvalue', 'w'),
    ask('d', 'fixed', 'f'),
    call(
      'd',
      descriptor([
        ['one', '1'],
        ['two', '2'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['one', ''],
        ['two', ''],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['one', '1'],
        ['three', '3'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['one', '1'],
        ['four', '4'],
        ['five', '5'],
      ]),
    ),
    ask('d', 'inner', 'i'),
    call(
      'd',
      descriptor([
        ['inner', 'i'],
        ['leaf', 'l'],
      ]),
    ),
    ask('d', 'ends', ''),
    ask('d', 'dotted.key', 'x'),
    ask('d', 'detailed', 'a:b|c.d'),
    ask('d', 'detailed', '10.1.2.3'),
    ask('d', 'detailed', 'with space "quoted" \\'),
  ]),
  scenario(
    'dots and addresses in domains',
    {
      'a.yaml': paths.replace('domain: d', 'domain: my.domain'),
      'b.yaml': paths.replace('domain: d', 'domain: 10.0.0.1'),
    },
    [
      ask('my.domain', 'plain', 'v'),
      call(
        'my.domain',
        descriptor([
          ['one', '1'],
          ['two', '2'],
        ]),
      ),
      ask('10.0.0.1', 'plain', 'v'),
    ],
  ),
];

const headers = { LIMIT_RESPONSE_HEADERS_ENABLED: 'true' };
const answers: Scenario[] = [
  scenario(
    'headers',
    rules,
    [
      all('nothing'),
      all('unlimited'),
      all('hard2', 'hard1'),
      all('hard2', 'hard1'),
      all('hard1', 'hard2'),
      all('shadow', 'hard2'),
      all('quota1', 'quota2'),
      all('quota1', 'quota2'),
      all('quota1', 'hard1', 'shadow'),
      ask('d', 'hard1', 'w', { limit: { requestsPerUnit: 100, unit: 'DAY' } }),
    ],
    { settings: headers },
  ),
  scenario('headers by other names', rules, [all('hard1')], {
    settings: {
      ...headers,
      LIMIT_LIMIT_HEADER: 'x-ratelimit-limit',
      LIMIT_REMAINING_HEADER: 'x-left',
      LIMIT_RESET_HEADER: 'x-reset',
    },
  }),
  scenario('headers in the global quota mode', rules, [times(all('hard1', 'hard2'), 3)], {
    settings: { ...headers, QUOTA_MODE: 'true' },
  }),
  scenario('headers in the global shadow mode', rules, [times(all('hard1', 'hard2'), 3)], {
    settings: { ...headers, SHADOW_MODE: 'true' },
  }),
  scenario(
    'metadata',
    `domain: d
descriptors:
- {key: a, ${year(1)}, metadata: {owner: a, deep: {x: 1, y: true}, list: [1, b, ~, {k: v}], 5: five, yes: no}}
- {key: b, ${year(5)}, metadata: {owner: b, also: {y: 2, z: 3.5}, more: text}}
- {key: detailed, detailed_metric: true, ${year(5)}, metadata: {lost: true}}
- {key: inner, detailed_metric: true, ${year(5)}, metadata: {kept: true}, descriptors: [{key: x, ${year(1)}}]}
- {key: value, value_to_metric: true, ${year(5)}, metadata: {lost: true}}
- {key: unlimited, rate_limit: {unlimited: true}, metadata: {never: true}}
- {key: wild, value: "w*", share_threshold: true, ${year(5)}, metadata: {wild: true}}
- {key: norule, metadata: {never: true}}
- {key: empty, ${year(5)}, metadata: {}}
`,
    [
      all('b', 'a'),
      all('a'),
      all('a', 'b'),
      all('detailed', 'inner', 'value', 'unlimited', 'norule', 'empty', 'nothing'),
      ask('d', 'wild', 'w1'),
      ask('d', 'value', ''),
      adding(ask('d', 'b', 'x', { hitsAddend: '3' }), 2),
      ask('d', 'b', 'x', { hitsAddend: '0' }),
      ask('nowhere', 'b', 'x'),
    ],
    { settings: { RESPONSE_DYNAMIC_METADATA: 'true' } },
  ),
  scenario(
    'metadata of two rules in one call',
    `domain: d
descriptors:
- {key: a, ${year(5)}, metadata: {owner: a, deep: {x: 1, in: {p: 1}}}}
- {key: b, ${year(5)}, metadata: {owner: b, deep: {x: 2, z: 3, in: {p: 2, q: 2}}}}
`,
    [all('a', 'b')],
    { settings: { RESPONSE_DYNAMIC_METADATA: 'true' } },
  ),
  scenario(
    'metadata after such a call',
    `domain: d
descriptors:
- {key: a, ${year(5)}, metadata: {deep: {x: 1}}}
- {key: b, ${year(5)}, metadata: {deep: {z: 3}}}
`,
    [all('a', 'b'), all('a')],
    {
      settings: { RESPONSE_DYNAMIC_METADATA: 'true' },
      differs: 'the merge is written into the configuration there',
    },
  ),
];

const stopped = [
  times(all('hard1', 'hard2'), 2),
  times(all('hard2'), 2),
  all('hard2', 'hard1'),
  adding(all('hard2', 'shadow'), 2),
  times(all('quota1', 'quota2'), 3),
  adding(call('d', descriptor([['hard2', 'n']]), descriptor([['hard1', 'n']])), 2),
  call('d', descriptor([['hard2', 'n']], { hitsAddend: '0' })),
  call('d', descriptor([['hard1', 'same']]), descriptor([['hard1', 'same']])),
  times(ask('d', 'shadow', 's'), 3),
];
const settings: Scenario[] = [
  scenario('the local cache', rules, [...stopped, ...stopped], {
    settings: { LOCAL_CACHE_SIZE_IN_BYTES: '1000000' },
  }),
  scenario('counting stops at the limit', rules, stopped, {
    settings: { STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT: 'true' },
  }),
  scenario('counting stops at the limit, by the local cache', rules, [...stopped, ...stopped], {
    settings: { STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT: 'true', LOCAL_CACHE_SIZE_IN_BYTES: '1000000' },
  }),
  scenario('counting stops early, nearly at once', rules, stopped, {
    settings: { STOP_CACHE_KEY_INCREMENT_WHEN_OVERLIMIT: 'true', NEAR_LIMIT_RATIO: '0.1' },
  }),
];

export const behaviour: Scenario[] = [...modes, ...metricNames, ...answers, ...settings];
