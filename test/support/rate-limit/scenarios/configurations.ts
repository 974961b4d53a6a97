/** Configurations that are refused, and those at the edge of what is taken; each with what came of it. */
import type { Scenario, Step } from '../scenario.ts';
import { ask, scenario } from './ask.ts';

const rule = (text: string) => `domain: d\ndescriptors:\n- key: k\n${text.replace(/^/gm, '  ')}`;
const steps: Step[] = [ask('d', 'k', 'v'), { rules: true }];
const refused = (name: string, yaml: string) => scenario(`refused: ${name}`, yaml, [ask('d', 'k', 'v')]);
const taken = (name: string, yaml: string, more: Step[] = []) =>
  scenario(`taken: ${name}`, yaml, [...steps, ...more]);
const limit = (fields: string) => rule(`rate_limit: {${fields}}`);

const contents: Scenario[] = [
  refused('an empty file', ''),
  refused('a comment alone', '# nothing'),
  refused('no domain', 'descriptors: [{key: k}]'),
  refused('an empty domain', 'domain: ""\ndescriptors: [{key: k}]'),
  refused('a domain of null', 'domain: ~\ndescriptors: [{key: k}]'),
  refused('no key', 'domain: d\ndescriptors: [{value: v}]'),
  refused('an empty key below', 'domain: d\ndescriptors: [{key: k, descriptors: [{key: ""}]}]'),
  refused('a duplicate', 'domain: d\ndescriptors: [{key: k, value: v}, {key: k, value: v}]'),
  refused(
    'a duplicate below',
    'domain: d\ndescriptors: [{key: k, value: v, descriptors: [{key: x}, {key: x}]}]',
  ),
  refused('a duplicate by the join', 'domain: d\ndescriptors: [{key: a_b, value: c}, {key: a, value: b_c}]'),
  refused('a unit that is none', limit('unit: fortnight, requests_per_unit: 1')),
  refused('an empty unit', limit('unit: "", requests_per_unit: 1')),
  refused('no unit', limit('requests_per_unit: 1')),
  refused('unit unknown', limit('unit: unknown, requests_per_unit: 1')),
  refused('a unit with a space', limit('unit: " minute", requests_per_unit: 1')),
  refused('unlimited with a unit', limit('unlimited: true, unit: day')),
  refused('an empty replaces', limit('unit: day, replaces: [{name: ""}]')),
  refused('replaces without a name', limit('unit: day, replaces: [{}]')),
  refused('replaces of itself', limit('unit: day, name: n, replaces: [{name: n}]')),
  refused('share_threshold without a star', rule('value: a\nshare_threshold: true')),
  refused('an unknown key', 'domain: d\ndescriptors: [{key: k, ratelimit: {}}]'),
  refused('an unknown key at the top', 'domain: d\nother: 1'),
  refused('a key that is a number', 'domain: d\n5: x'),
  refused('a key that is a boolean', 'domain: d\nyes: x'),
  refused('a key that is null', 'domain: d\n~: x'),
  refused('a list of texts', 'domain: d\ndescriptors: [a]'),
  refused('a list of lists', 'domain: d\ndescriptors: [[a, b]]'),
  refused('a list of nothing', 'domain: d\ndescriptors: [~]'),
  refused('a fraction', limit('unit: day, requests_per_unit: 1.5')),
  refused('1e3', limit('unit: day, requests_per_unit: 1e3')),
  refused('a number above 64 bits', limit('unit: day, requests_per_unit: 18446744073709551616')),
  refused('a number above int64', limit('unit: day, requests_per_unit: 9223372036854775808')),
  refused('a number above uint32', limit('unit: day, requests_per_unit: 4294967296')),
  refused('a negative number', limit('unit: day, requests_per_unit: -1')),
  refused('a number in quotes', limit('unit: day, requests_per_unit: "5"')),
  refused('a count that is a boolean', limit('unit: day, requests_per_unit: yes')),
  refused('a boolean in quotes', rule('shadow_mode: "true"')),
  refused('a boolean as a number', rule('shadow_mode: 1')),
  refused('a domain that is a map', 'domain: {a: b}'),
  refused('a domain that is a list', 'domain: [{key: a}]'),
  refused('descriptors that are a text', 'domain: d\ndescriptors: x'),
  refused('descriptors that are a map', 'domain: d\ndescriptors: {key: k}'),
  refused('a limit that is a text', rule('rate_limit: lots')),
  refused('a limit that is a list', rule('rate_limit: [{unit: day}]')),
  refused('replaces that is a text', limit('unit: day, replaces: x')),
  refused('replaces of texts', limit('unit: day, replaces: [x]')),
  refused('metadata that is a text', rule('metadata: x')),
  refused('metadata that is a list', rule('metadata: [a]')),
  refused(
    'several wrong types',
    `${limit('unit: {a: b}, requests_per_unit: "5"').replace('{a: b}', '{name: b}')}\n  shadow_mode: maybe\n  value: {key: x}`,
  ),
  refused('a file that is a text', 'just text'),
  refused('a file that is a long text', 'just text that goes on for a while'),
  refused('a file that is a list', '- domain: d'),
  refused('a file that is a number', '5'),
];

/** Below a first line, as messages name no line for what is wrong in the first one. */
const head = 'domain: d\ndescriptors:\n';
const syntax: Scenario[] = [
  refused('a tab', 'domain: d\n\tdescriptors: []'),
  refused('a tab below a key', `${head}\t- key: k`),
  refused('a tab in an item', `${head}- key: k\n\tvalue: v`),
  refused('a tab after a quoted text', 'domain: "d"\n\tdescriptors: []'),
  refused('a list that stays open', `${head}  [{key: k}`),
  refused('a map that stays open', 'domain: d\ndescriptors: [{key: k'),
  refused('a list that stays open in the first line', 'domain: ['),
  refused('a list that stays open, and a line end', 'domain: [\n'),
  refused('a list that stays open after an item, and a line end', `${head}  [{key: k}\n`),
  refused('two colons', 'domain: d: e'),
  refused('two colons further down', `${head}- key: k: v`),
  refused('a key in a text', 'domain: d\n descriptors: []'),
  refused('a bad indent', 'domain: d\ndescriptors:\n  - key: k\n value: v'),
  refused(
    'a bad indent further down',
    `${head}- key: k\n  rate_limit:\n    unit: day\n   requests_per_unit: 1`,
  ),
  refused('a list where a map goes on', `${head}- key: k\n  value: v\n - key: x`),
  refused('a map after a list', '- domain: d\ndescriptors: []'),
  refused('a list after a map', 'domain: d\n- key: k'),
  refused('no colon', 'domain: d\ndescriptors'),
  refused('no colon further up', 'domain\ndescriptors: []'),
  refused('a text that stays open', 'domain: "d'),
  refused('a text that stays open further down', `${head}- key: "k\n  value: v`),
  refused('a text in single quotes that stays open', `${head}- key: 'k\n  value: v`),
  refused('a text after a quoted one', `${head}- key: "k" v`),
  refused('a text after a list', `${head}- key: [k] v`),
  refused('a list with an empty item', `${head}- key: [k, , v]`),
  refused('a list in a line with its key', 'domain: d\ndescriptors: - key: k'),
  refused('an unknown anchor', 'domain: *nowhere'),
  refused('an alias without a name', `${head}- key: *`),
  refused('an anchor without a name', `${head}- key: &`),
  refused('an anchor in itself', 'domain: d\ndescriptors: &a [{key: k, descriptors: *a}]'),
  refused('an at sign', 'domain: @d'),
  refused('an at sign further down', `${head}- key: @k`),
  refused('a backtick', `${head}- key: \`k`),
  refused('a percent sign', '%d'),
  refused('a percent sign before a value', `${head}- key: %k`),
  refused('an escape that is none', 'domain: "\\q"'),
  refused('an escape that is none further down', `${head}- key: "\\q"`),
  refused('a closing bracket', 'domain: d\ndescriptors: ]'),
  refused('a closing brace', 'domain: d\ndescriptors: }'),
  refused('a block text with a wrong head', `${head}- key: |x`),
  refused('a tag that is unknown', `${head}- key: !!nothing k`),
  refused('a control character', 'domain: "d\u0001"'),
  refused('a merge of a text', 'domain: d\n<<: x'),
];

const edges: Scenario[] = [
  taken(
    'words that YAML reads as something else',
    'domain: d\ndescriptors:\n- {key: k, value: yes, rate_limit: {unit: day, requests_per_unit: 1}}\n- {key: k, value: 007, rate_limit: {unit: day, requests_per_unit: 2}}\n- {key: k, value: 2024-01-02, rate_limit: {unit: day, requests_per_unit: 3}}\n- {key: k, value: 0x10, rate_limit: {unit: day, requests_per_unit: 4}}\n- {key: 5, rate_limit: {unit: day, requests_per_unit: 5}}',
    [
      ...['yes', 'true', '007', '7', '2024-01-02', '0x10'].map((value) => ask('d', 'k', value)),
      ask('d', '5', 'x'),
    ],
  ),
  taken(
    'numbers in other notations',
    `domain: d\ndescriptors:\n${['0x10', '010', '0b11', '1_000', '+5', '0o17'].map((n, at) => `- {key: k, value: n${at}, rate_limit: {unit: day, requests_per_unit: ${n}}}`).join('\n')}`,
  ),
  taken(
    'booleans in other words',
    `domain: d\ndescriptors:\n${['yes', 'On', 'y', 'TRUE', 'no', 'off', 'N'].map((word, at) => `- {key: k, value: n${at}, shadow_mode: ${word}, rate_limit: {unit: day}}`).join('\n')}`,
  ),
  taken(
    'anchors and merges',
    'domain: d\ndescriptors:\n- &a {key: k, value: a, rate_limit: &r {unit: day, requests_per_unit: 5}}\n- {<<: *a, value: b}\n- {key: k, rate_limit: *r}',
    [ask('d', 'k', 'b')],
  ),
  taken(
    'keys said twice',
    'domain: x\ndomain: d\ndescriptors: []\ndescriptors: [{key: k, rate_limit: {unit: day, unit: hour, requests_per_unit: 2}}]',
  ),
  taken('a second document', 'domain: d\ndescriptors: [{key: k, rate_limit: {unit: day}}]\n---\nother: [x'),
  taken('a start and a comment', '# c\n---\ndomain: d # c\ndescriptors: # c\n- key: k # c\n'),
  taken(
    'nulls',
    'domain: d\ndescriptors: [{key: k, value: ~, rate_limit: ~, descriptors: ~, shadow_mode: ~, metadata: ~}]',
  ),
  taken(
    'keys at the wrong level',
    'domain: d\nunit: day\ndescriptors: [{key: k, domain: x, rate_limit: {unit: day, key: x}}]',
  ),
  taken(
    'unlimited with a unit that is none',
    limit('unlimited: true, unit: fortnight, requests_per_unit: 3'),
  ),
  taken('units in capitals', limit('unit: MiNuTe, requests_per_unit: 3')),
  taken('metadata of anything', rule('metadata: {a: 1.5, b: [x, [y]], c: {5: {d: ~}}, unknown: yes}')),
  taken(
    'names and replaces of nothing',
    limit('unit: day, name: n, replaces: [{name: other}, {name: other}]'),
  ),
  taken(
    'texts over lines',
    'domain: >-\n  d\ndescriptors:\n- key: "k"\n  value: |\n    v\n  rate_limit: {unit: day}\n- {key: k, rate_limit: {unit: day}}',
    [ask('d', 'k', 'v\n')],
  ),
  taken('no descriptors', 'domain: d\ndescriptors: []'),
  taken('CRLF', 'domain: d\r\ndescriptors:\r\n- key: k\r\n  rate_limit: {unit: day}\r\n'),
  taken('a byte order mark', '\ufeffdomain: d\ndescriptors: [{key: k, rate_limit: {unit: day}}]'),
  taken(
    'modes without a limit',
    rule('shadow_mode: true\nquota_mode: true\ndetailed_metric: true\nvalue_to_metric: true'),
  ),
];

const files: Scenario[] = [
  scenario(
    'refused: one domain twice',
    {
      'a.yaml': 'domain: d\ndescriptors: []',
      'b.yaml': 'domain: d\ndescriptors: []',
    },
    [ask('d', 'k', 'v')],
    { differs: 'which of the two is named is random there' },
  ),
  scenario(
    'refused: a duplicate in merged domains',
    {
      'a.yaml': 'domain: d\ndescriptors: [{key: k}]',
      'b.yaml': 'domain: d\ndescriptors: [{key: k}]',
    },
    [ask('d', 'k', 'v')],
    { settings: { MERGE_DOMAIN_CONFIG: 'true' }, differs: 'which of the two is named is random there' },
  ),
  scenario(
    'refused: one bad file of two',
    {
      'a.yaml': 'domain: d\ndescriptors: []',
      'below/b.yaml': 'domain: ""',
    },
    [ask('d', 'k', 'v')],
  ),
];

export const configurations: Scenario[] = [...contents, ...syntax, ...edges, ...files];
