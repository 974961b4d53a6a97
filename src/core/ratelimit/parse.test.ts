import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRateLimitConfig } from './parse.ts';

const parse = (text: string) => parseRateLimitConfig([{ name: 'config.yaml', text }]);
const error = (text: string) => {
  const result = parse(text);
  return result.ok ? '' : result.error;
};
const rule = (limit: string) => `domain: d\ndescriptors:\n- key: k\n  value: v\n  rate_limit: ${limit}\n`;
const nodes = (text: string) => {
  const result = parse(text);
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.config.domains[0]!.descriptors;
};

test("the walkthrough's ConfigMap", () => {
  const [node] = nodes(
    'domain: token-budgets\ndescriptors:\n- key: user_id\n  value: mike\n  rate_limit:\n    unit: day\n    requests_per_unit: 100\n',
  );
  assert.equal(node!.value, 'mike');
  assert.deepEqual(node!.limit, {
    requestsPerUnit: 100,
    unit: 'day',
    unlimited: false,
    name: '',
    replaces: [],
  });
});

test('every field of a descriptor', () => {
  const [node] = nodes(`domain: d
descriptors:
- key: k
  value: 'v*'
  shadow_mode: on
  quota_mode: yes
  detailed_metric: true
  value_to_metric: y
  share_threshold: True
  metadata: {tags: [x, y], 5: 1, when: 2024-01-02, deep: {a: 1.5, b: null}}
  rate_limit: {unit: WeeK, requests_per_unit: 4294967295, name: n, replaces: [{name: a}, {name: b}]}
  descriptors: [{key: c}]
`);
  assert.deepEqual(node, {
    key: 'k',
    value: 'v*',
    limit: {
      requestsPerUnit: 4_294_967_295,
      unit: 'week',
      unlimited: false,
      name: 'n',
      replaces: ['a', 'b'],
    },
    shadowMode: true,
    quotaMode: true,
    detailedMetric: true,
    valueToMetric: true,
    shareThreshold: true,
    metadata: { tags: ['x', true], 5: 1, when: '2024-01-02', deep: { a: 1.5, b: null } },
    descriptors: [
      {
        key: 'c',
        shadowMode: false,
        quotaMode: false,
        detailedMetric: false,
        valueToMetric: false,
        shareThreshold: false,
        descriptors: [],
      },
    ],
  });
});

test('refusals have the texts of the original', () => {
  const cases: [string, string][] = [
    ['', 'config file cannot have empty domain'],
    ['# nothing', 'config file cannot have empty domain'],
    ['~', 'config file cannot have empty domain'],
    ['domain: ""', 'config file cannot have empty domain'],
    ['domain:', 'config file cannot have empty domain'],
    ['descriptors: []', 'config file cannot have empty domain'],
    ['domain: d\ndescriptors:\n- value: x', 'descriptor has empty key'],
    ['domain: d\ndescriptors:\n- key:', 'descriptor has empty key'],
    [rule('{unit: foo, requests_per_unit: 1}'), "invalid rate limit unit 'foo'"],
    [rule('{unit: unknown, requests_per_unit: 1}'), "invalid rate limit unit 'unknown'"],
    [rule('{unit: constructor, requests_per_unit: 1}'), "invalid rate limit unit 'constructor'"],
    [rule('{unit: " minute", requests_per_unit: 1}'), "invalid rate limit unit ' minute'"],
    [rule('{requests_per_unit: 1}'), "invalid rate limit unit ''"],
    [rule('{}'), "invalid rate limit unit ''"],
    [rule('{unit: minute, unlimited: true}'), 'should not specify rate limit unit when unlimited'],
    [
      rule('{unit: day, requests_per_unit: 1, replaces: [{name: ""}]}'),
      'should not have an empty replaces entry',
    ],
    [
      rule('{unit: day, name: a, replaces: [{name: a}]}'),
      'replaces should not contain name of same descriptor',
    ],
    [
      'domain: d\ndescriptors:\n- {key: k, value: v}\n- {key: k, value: v}',
      "duplicate descriptor composite key 'd.k_v'",
    ],
    [
      'domain: d\ndescriptors:\n- key: a\n  descriptors: [{key: b}, {key: b}]',
      "duplicate descriptor composite key 'd.a.b'",
    ],
    [
      'domain: d\ndescriptors:\n- {key: a_b, value: c}\n- {key: a, value: b_c}',
      "duplicate descriptor composite key 'd.a_b_c'",
    ],
    ['domain: d\nnonsense: 1', "config error, unknown key 'nonsense'"],
    [rule('{unit: day, hits_addend: 1}'), "config error, unknown key 'hits_addend'"],
    [rule('{unit: day, unit_multiplier: 1}'), "config error, unknown key 'unit_multiplier'"],
    ['domain: d\n5: x', 'config error, key is not of type string: 5'],
    ['domain: d\n~: x', 'config error, key is not of type string: <nil>'],
    ['domain: d\nyes: x', 'config error, key is not of type string: true'],
    ['domain: d\ndescriptors: [a]', 'config error, yaml file contains list of type other than map: a'],
    ['domain: d\ndescriptors: [~]', 'config error, yaml file contains list of type other than map: <nil>'],
    [
      'domain: d\ndescriptors: [[a, 1]]',
      'config error, yaml file contains list of type other than map: [a 1]',
    ],
    [rule('{unit: day, requests_per_unit: 5.0}'), 'error checking config'],
    [rule('{unit: day, requests_per_unit: 1e3}'), 'error checking config'],
    [rule('{unit: day, requests_per_unit: 9223372036854775808}'), 'error checking config'],
    ['domain: 1.5', 'error checking config'],
    ['domain: !!float 5', 'error checking config'],
    [rule('Null'), "invalid rate limit unit ''"],
    [
      'domain: d\ndescriptors:\n- {key: k, value: a, share_threshold: true}',
      "share_threshold can only be used with wildcard values (containing '*'), but found key 'k_a'",
    ],
  ];
  for (const [text, message] of cases) assert.equal(error(text), `config.yaml: ${message}`, text);
});

test("yaml.v2's own texts, with line and Go type", () => {
  const unmarshal = (text: string) =>
    `config.yaml: error loading config file: yaml: unmarshal errors:\n${text}`;
  const cases: [string, string][] = [
    [rule('{unit: day, requests_per_unit: "5"}'), '  line 5: cannot unmarshal !!str `5` into uint32'],
    [rule('{unit: day, requests_per_unit: -1}'), '  line 5: cannot unmarshal !!int `-1` into uint32'],
    [
      rule('{unit: day, requests_per_unit: 4294967296}'),
      '  line 5: cannot unmarshal !!int `4294967296` into uint32',
    ],
    [rule('{unit: day, unlimited: "true"}'), '  line 5: cannot unmarshal !!str `true` into bool'],
    [rule('{unit: day, unlimited: 1}'), '  line 5: cannot unmarshal !!int `1` into bool'],
    [rule('a long word'), '  line 5: cannot unmarshal !!str `a long ...` into config.YamlRateLimit'],
    ['domain: {key: x}', '  line 1: cannot unmarshal !!map into string'],
    ['domain: d\ndescriptors: {key: x}', '  line 2: cannot unmarshal !!map into []config.YamlDescriptor'],
    ['notes', '  line 1: cannot unmarshal !!str `notes` into map[interface {}]interface {}'],
    [
      'domain: d\ndescriptors:\n- key: k\n  shadow_mode: 1\n  quota_mode: 2',
      '  line 4: cannot unmarshal !!int `1` into bool\n  line 5: cannot unmarshal !!int `2` into bool',
    ],
  ];
  for (const [text, message] of cases) assert.equal(error(text), unmarshal(message), text);
  const syntax: [string, string][] = [
    ['domain: [\n', 'line 1: did not find expected node content'],
    ['domain: a: b', 'mapping values are not allowed in this context'],
    ['\tdomain: a', 'found character that cannot start any token'],
    ['domain: !!null x', 'cannot decode !!str `x` as a !!null'],
    ['domain: *none', "unknown anchor 'none' referenced"],
    ['domain: d\ndescriptors: &a [{key: k, descriptors: *a}]', "anchor 'a' value contains itself"],
    ['<<: 5', 'map merge requires map or sequence of maps as the value'],
  ];
  for (const [text, message] of syntax)
    assert.equal(error(text), `config.yaml: error loading config file: yaml: ${message}`, text);
});

test('YAML 1.1 as yaml.v2 reads it', () => {
  const value = (text: string) => nodes(`domain: d\ndescriptors:\n- key: k\n  value: ${text}\n`)[0]!.value;
  for (const [text, expected] of [
    ['yes', 'yes'],
    ['007', '007'],
    ['2024-01-02', '2024-01-02'],
    ['"a b"', 'a b'],
    ['0x1F', '0x1F'],
    ['1:30', '1:30'],
    ['!!str 5', '5'],
    ['~', undefined],
    ['two\n    lines', 'two lines'],
  ] as const)
    assert.equal(value(text), expected, text);
  const count = (text: string) =>
    nodes(rule(`{unit: Day, requests_per_unit: ${text}}`))[0]!.limit!.requestsPerUnit;
  for (const [text, expected] of [
    ['0x10', 16],
    ['010', 8],
    ['0b11', 3],
    ['0o17', 15],
    ['1_000', 1000],
    ['+5', 5],
    ['~', 0],
    ['', 0],
  ] as const)
    assert.equal(count(text), expected, text);
});

test('anchors, aliases, merges in order; of equal keys the last wins', () => {
  const limits = nodes(`domain: d
descriptors:
- {key: a, rate_limit: &base {unit: day, requests_per_unit: 7}}
- {key: b, rate_limit: *base}
- {key: c, rate_limit: {<<: *base, requests_per_unit: 8}}
- {key: d, rate_limit: {requests_per_unit: 8, <<: *base}}
- {key: e, rate_limit: {unit: hour, requests_per_unit: 1, requests_per_unit: 2}}
- {key: f, rate_limit: {<<: [{unit: hour}, *base]}}
`).map((node) => `${node.limit!.requestsPerUnit}/${node.limit!.unit}`);
  assert.deepEqual(limits, ['7/day', '7/day', '8/day', '7/day', '2/hour', '7/hour']);
});

test('not refused: what the original lets pass', () => {
  for (const text of [
    'domain: d',
    'domain: d\ndescriptors:',
    'domain: d\nunit: day',
    '---\ndomain: d',
    'domain: d\n---\nnonsense: [',
    rule('{unlimited: true, unit: fortnight}'),
    rule('{unit: day, replaces: [{name: nobody}]}'),
    rule('{unit: day, domain: ignored}'),
    rule('~'),
    'domain: d\ndescriptors: [{key: k, shadow_mode: true, quota_mode: true}]',
  ])
    assert.ok(parse(text).ok, text);
});

test('one bad file refuses all; a domain twice is refused, or merged at its top level', () => {
  const good = { name: 'a.yaml', text: 'domain: a\ndescriptors: [{key: x}]' };
  const errorOf = (text: string, mergeDomains = false) => {
    const result = parseRateLimitConfig([good, { name: 'b.yaml', text }], { mergeDomains });
    return result.ok ? result.config.domains[0]!.descriptors.length : result.error;
  };
  assert.equal(errorOf('domain: ""'), 'b.yaml: config file cannot have empty domain');
  assert.equal(errorOf('domain: a'), "b.yaml: duplicate domain 'a' in config file");
  assert.equal(errorOf('domain: a\ndescriptors: [{key: y}]', true), 2);
  assert.equal(
    errorOf('domain: a\ndescriptors: [{key: x}]', true),
    "b.yaml: duplicate descriptor composite key 'a.x'",
  );
  // The YAML of every file comes before anything else: the later file's fault is the one told.
  const order = parseRateLimitConfig([
    { name: '1', text: 'domain: ""' },
    { name: '2', text: 'x: 1' },
  ]);
  assert.equal(order.ok ? '' : order.error, "2: config error, unknown key 'x'");
});

test('files that would exhaust memory or the stack are refused quickly', () => {
  const started = performance.now();
  const bomb = Array.from(
    { length: 30 },
    (_, i) => `- &a${i} {key: k, descriptors: [${i ? `*a${i - 1}, *a${i - 1}` : ''}]}`,
  );
  assert.match(error(`domain: d\ndescriptors:\n${bomb.join('\n')}`), /excessive aliasing|exceeded max depth/);
  assert.match(error(`domain: ${'['.repeat(500_000)}`), /exceeded max depth/);
  assert.match(error('x'.repeat(2_000_000)), /larger than/);
  assert.match(error(`domain: ${'9'.repeat(900_000)}`), /error checking config/);
  const aliases = `domain: d\ndescriptors: [{key: &k a}, ${Array.from({ length: 20_000 }, (_, i) => `{key: *k, value: v${i}}`).join(', ')}]`;
  assert.equal(nodes(aliases).length, 20_001);
  assert.ok(performance.now() - started < 20_000);
});

test('a domain or key named like a property of objects is a name like any other', () => {
  const result = parse('domain: __proto__\ndescriptors: [{key: constructor, value: __proto__}]');
  assert.ok(result.ok);
  assert.equal(result.config.domains[0]!.name, '__proto__');
});
