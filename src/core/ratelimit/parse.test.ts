import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRateLimitConfig } from './parse.ts';

const parse = (text: string) => parseRateLimitConfig([{ name: 'config.yaml', text }]);
const error = (text: string) => {
  const result = parse(text);
  return result.ok ? '' : result.error;
};
const rule = (limit: string) => `domain: d\ndescriptors:\n- key: k\n  value: v\n  rate_limit: ${limit}\n`;

test("the walkthrough's ConfigMap", () => {
  const result = parse(
    'domain: token-budgets\ndescriptors:\n- key: user_id\n  value: mike\n  rate_limit:\n    unit: day\n    requests_per_unit: 100\n',
  );
  assert.ok(result.ok);
  const [node] = result.config.domains['token-budgets']!;
  assert.equal(node!.value, 'mike');
  assert.deepEqual(node!.limit, {
    requestsPerUnit: 100,
    unit: 'day',
    unlimited: false,
    name: '',
    replaces: [],
  });
});

test('refusals have the texts of the original', () => {
  const cases: [string, string][] = [
    ['', 'config file cannot have empty domain'],
    ['domain: ""', 'config file cannot have empty domain'],
    ['domain: d\ndescriptors:\n- value: x', 'descriptor has empty key'],
    [rule('{unit: foo, requests_per_unit: 1}'), "invalid rate limit unit 'foo'"],
    [rule('{requests_per_unit: 1}'), "invalid rate limit unit ''"],
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
      'domain: d\ndescriptors:\n- {key: a_b, value: c}\n- {key: a, value: b_c}',
      "duplicate descriptor composite key 'd.a_b_c'",
    ],
    ['domain: d\nnonsense: 1', "config error, unknown key 'nonsense'"],
    ['domain: d\n5: x', 'config error, key is not of type string: 5'],
    ['domain: d\ndescriptors: [a]', 'config error, yaml file contains list of type other than map: a'],
    [rule('{unit: day, requests_per_unit: 5.0}'), 'error checking config'],
    [rule('{unit: day, requests_per_unit: 1e3}'), 'error checking config'],
    [
      'domain: d\ndescriptors:\n- {key: k, value: a, share_threshold: true}',
      "share_threshold can only be used with wildcard values (containing '*'), but found key 'k_a'",
    ],
  ];
  for (const [text, message] of cases) assert.equal(error(text), `config.yaml: ${message}`, text);
  assert.match(error('domain: [\n'), /^config\.yaml: error loading config file: yaml: line \d+/);
  assert.match(error(rule('{unit: day, requests_per_unit: "5"}')), /cannot unmarshal !!str/);
});

test('YAML 1.1 as yaml.v2 reads it', () => {
  const value = (text: string) => {
    const result = parse(`domain: d\ndescriptors:\n- key: k\n  value: ${text}\n`);
    assert.ok(result.ok);
    return result.config.domains['d']![0]!.value;
  };
  assert.equal(value('yes'), 'yes');
  assert.equal(value('007'), '007');
  assert.equal(value('2024-01-02'), '2024-01-02');
  const count = (text: string) => {
    const result = parse(rule(`{unit: Day, requests_per_unit: ${text}}`));
    assert.ok(result.ok, result.ok ? '' : result.error);
    return result.config.domains['d']![0]!.limit!.requestsPerUnit;
  };
  assert.equal(count('0x10'), 16);
  assert.equal(count('010'), 8);
  assert.equal(count('1_000'), 1000);
});

test('only the first document is read; one bad file of several refuses all; a domain twice is refused', () => {
  assert.ok(parse('domain: d\n---\nnonsense: [').ok);
  const good = { name: 'a.yaml', text: 'domain: a' };
  assert.equal(parseRateLimitConfig([good, { name: 'b.yaml', text: 'domain: ""' }]).ok, false);
  const twice = parseRateLimitConfig([good, { name: 'b.yaml', text: 'domain: a' }]);
  assert.equal(twice.ok ? '' : twice.error, "b.yaml: duplicate domain 'a' in config file");
});
