/** Which rule applies: nesting, values, wildcards, shared thresholds, overrides, domains. */
import type { Scenario } from '../scenario.ts';
import { adding, ask, call, descriptor, scenario, times } from './ask.ts';

const limit = (count: number, unit = 'year') => `rate_limit: {unit: ${unit}, requests_per_unit: ${count}}`;
const nested = `domain: d
descriptors:
- key: a
  value: x
  ${limit(9)}
  descriptors:
  - {key: b, ${limit(8)}}
  - {key: b, value: y, ${limit(7)}}
  - {key: c, descriptors: [{key: e, ${limit(6)}}]}
- {key: a, ${limit(5)}}
- {key: free}
- {key: free, value: limited, ${limit(1)}}
- {key: only, value: v, ${limit(4)}}
- {key: a_b, value: c, ${limit(3)}}
`;

const matches: Scenario[] = [
  scenario('nested rules', nested, [
    call('d', descriptor([['a', 'x']])),
    call('d', descriptor([['a', 'other']])),
    call(
      'd',
      descriptor([
        ['a', 'x'],
        ['b', 'y'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['a', 'x'],
        ['b', 'z'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['a', 'x'],
        ['c', 'z'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['a', 'x'],
        ['c', 'z'],
        ['e', ''],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['a', 'x'],
        ['c', 'z'],
        ['e', '1'],
        ['f', '2'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['a', 'other'],
        ['b', 'y'],
      ]),
    ),
    call('d', descriptor([['b', 'y']])),
    call(
      'd',
      descriptor([
        ['b', 'y'],
        ['a', 'x'],
      ]),
    ),
    call('d', descriptor([['free', 'v']])),
    call('d', descriptor([['free', 'limited']])),
    call('d', descriptor([['only', 'w']])),
    call('d', descriptor([['only', '']])),
    call('d', descriptor([['A', 'x']])),
    call('d', descriptor([['a', 'b_c']])),
    call('d', descriptor([['a_b', 'c']])),
    call('d', descriptor([])),
    call('D', descriptor([['a', 'x']])),
    call('nowhere', descriptor([['a', 'x']]), descriptor([['b', 'x']])),
    call('d', descriptor([['a', 'x']]), descriptor([['nothing', 'x']]), descriptor([['a', 'y']])),
    { rules: true },
  ]),
  scenario(
    'several files and directories',
    {
      'one.yaml': 'domain: one\ndescriptors: [{key: k, rate_limit: {unit: DAY, requests_per_unit: 1}}]',
      'two.yml': 'domain: two\ndescriptors: [{key: k, rate_limit: {unit: Hour, requests_per_unit: 2}}]',
      'deeper/three.txt':
        'domain: three\ndescriptors: [{key: k, rate_limit: {unit: minute, requests_per_unit: 3}}]',
    },
    [times(ask('one', 'k', 'v'), 2), ask('two', 'k', 'v'), ask('three', 'k', 'v'), { rules: true }],
  ),
  scenario(
    'domains merged',
    {
      'one.yaml': 'domain: d\ndescriptors: [{key: a, rate_limit: {unit: year, requests_per_unit: 1}}]',
      'two.yaml': 'domain: d\ndescriptors: [{key: b, rate_limit: {unit: year, requests_per_unit: 2}}]',
    },
    [ask('d', 'a', 'v'), ask('d', 'b', 'v'), { rules: true }],
    { settings: { MERGE_DOMAIN_CONFIG: 'true' } },
  ),
  scenario('a domain without rules', 'domain: d', [ask('d', 'a', 'v'), call('d', descriptor([]))]),
];

const stars = `domain: d
descriptors:
- {key: path, value: "docs/*", ${limit(9)}}
- {key: path, value: "docs/api", ${limit(8)}}
- {key: path, value: "*.png", ${limit(7)}}
- {key: path, value: "a*b*c", ${limit(6)}}
- {key: path, value: "ab*ba", ${limit(5)}}
- {key: path, value: "docs/long*", ${limit(4)}}
- {key: star, value: "*", ${limit(3)}}
- {key: "any*", ${limit(2)}}
- {key: path, ${limit(1)}}
- key: deep
  value: "x*"
  descriptors: [{key: in, ${limit(1)}}]
- {key: deep, ${limit(2)}}
- {key: late, value: "a*", ${limit(3)}}
- {key: "*", ${limit(11)}}
`;

const wildcards: Scenario[] = [
  scenario('wildcards', stars, [
    ...[
      'docs/',
      'docs/x',
      'docs/api',
      'docs/api/v2',
      'docs/longer',
      'docs/*',
      'x.png',
      '.png',
      'docs/x.png',
    ].map((v) => ask('d', 'path', v)),
    ...['abc', 'aXbYc', 'ac', 'acb', 'aba', 'abba', 'abxba', 'other', ''].map((v) => ask('d', 'path', v)),
    ask('d', 'star', ''),
    ask('d', 'star', 'x'),
    ask('d', 'star_id', 'x'),
    ask('d', 'anykey', 'x'),
    ask('d', 'any', ''),
    call(
      'd',
      descriptor([
        ['deep', 'xy'],
        ['in', '1'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['deep', 'xy'],
        ['out', '1'],
      ]),
    ),
    call('d', descriptor([['deep', 'xy']])),
    call('d', descriptor([['deep', 'zz']])),
    ask('d', 'late', 'b'),
    ask('d', 'unknown', 'thing'),
    { rules: true },
  ]),
  scenario(
    'wildcards below a level',
    `domain: d
descriptors:
- key: user
  descriptors:
  - {key: path, value: "/v1/*", ${limit(3)}}
  - {key: path, value: "/*/admin/*", ${limit(2)}}
`,
    [
      call(
        'd',
        descriptor([
          ['user', 'mike'],
          ['path', '/v1/x'],
        ]),
      ),
      call(
        'd',
        descriptor([
          ['user', 'mike'],
          ['path', '/v1/admin/x'],
        ]),
      ),
      call(
        'd',
        descriptor([
          ['user', 'mike'],
          ['path', '/v2/admin/x'],
        ]),
      ),
      call(
        'd',
        descriptor([
          ['user', 'anna'],
          ['path', '/v2/admin'],
        ]),
      ),
    ],
  ),
];

const shares = `domain: d
descriptors:
- {key: path, value: "docs/*", share_threshold: true, ${limit(3)}}
- {key: path, value: "docs/own", ${limit(2)}}
- {key: mid, value: "a*z", share_threshold: true, ${limit(3)}}
- key: tenant
  value: "t*"
  share_threshold: true
  descriptors:
  - {key: user, value: "u*", ${limit(4)}}
  - {key: team, value: "x*y*", share_threshold: true, detailed_metric: true, ${limit(4)}}
  - {key: plain, ${limit(4)}}
- {key: "anykey*", share_threshold: true, ${limit(5)}}
- {key: both, value: "b*", share_threshold: true, value_to_metric: true, ${limit(5)}}
- {key: det, value: "b*", share_threshold: true, detailed_metric: true, ${limit(5)}}
`;

const shared: Scenario[] = [
  scenario('shared thresholds', shares, [
    ask('d', 'path', 'docs/a'),
    ask('d', 'path', 'docs/b'),
    ask('d', 'path', 'docs/*'),
    ask('d', 'path', 'docs/c'),
    times(ask('d', 'path', 'docs/own'), 3),
    ask('d', 'mid', 'abz'),
    ask('d', 'mid', 'acz'),
    call(
      'd',
      descriptor([
        ['tenant', 't1'],
        ['user', 'u1'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't2'],
        ['user', 'u1'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't2'],
        ['user', 'u2'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't1'],
        ['team', 'xAyB'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't9'],
        ['team', 'xCyD'],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't1'],
        ['plain', ''],
      ]),
    ),
    call(
      'd',
      descriptor([
        ['tenant', 't3'],
        ['plain', 'p'],
      ]),
    ),
    ask('d', 'anykey1', 'x'),
    ask('d', 'anykey2', 'y'),
    ask('d', 'both', 'b1'),
    ask('d', 'both', 'b2'),
    ask('d', 'det', 'b1'),
    ask('d', 'det', 'b2'),
    { rules: true },
  ]),
];

const requests = (requestsPerUnit: number, unit: string | number) => ({ limit: { requestsPerUnit, unit } });

const overrides: Scenario[] = [
  scenario(
    'overrides of a request',
    `domain: d
descriptors:
- {key: u, ${limit(5)}}
- {key: unl, rate_limit: {unlimited: true}}
- {key: sh, shadow_mode: true, ${limit(1)}}
- {key: q, quota_mode: true, ${limit(1)}}
- {key: p, value: "a*", share_threshold: true, ${limit(1)}}
- {key: n, rate_limit: {unit: year, requests_per_unit: 1, name: named}}
`,
    [
      ask('d', 'u', 'a'),
      times(ask('d', 'u', 'a', requests(2, 'YEAR')), 2),
      ask('d', 'u', 'a', requests(2, 'MINUTE')),
      ...['SECOND', 'HOUR', 'DAY', 'MONTH'].map((unit) => ask('d', 'u', unit, requests(2, unit))),
      times(ask('d', 'unl', 'a', requests(1, 'YEAR')), 2),
      times(ask('d', 'sh', 'a', requests(1, 'YEAR')), 2),
      times(ask('d', 'q', 'a', requests(1, 'YEAR')), 2),
      ask('d', 'p', 'ab', requests(9, 'YEAR')),
      ask('d', 'n', 'a', requests(9, 'YEAR')),
      ask('d', 'not-configured', 'x', requests(9, 'YEAR')),
      call(
        'd',
        descriptor(
          [
            ['a', '1'],
            ['b', ''],
            ['c', '3'],
          ],
          requests(9, 'YEAR'),
        ),
      ),
      ask('d', 'u', 'none', requests(0, 'YEAR')),
      ask('d', 'u', 'most', requests(4_294_967_295, 'YEAR')),
      ask('nowhere', 'u', 'a', requests(1, 'YEAR')),
      adding(ask('d', 'u', 'added', requests(10, 'YEAR')), 20),
    ],
  ),
  scenario('an override of an empty descriptor', nested, [call('d', descriptor([], requests(3, 'YEAR')))]),
  scenario('an override by the week', nested, [ask('d', 'a', 'x', requests(3, 'WEEK'))]),
];

export const matching: Scenario[] = [...matches, ...wildcards, ...shared, ...overrides];
