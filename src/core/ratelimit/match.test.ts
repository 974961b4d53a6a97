import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimitIndex } from './match.ts';
import { parseRateLimitConfig } from './parse.ts';

function finder(yaml: string) {
  const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  const index = new RateLimitIndex(parsed.config);
  return (text: string, domain = 'd') => {
    const entries = text.split(' ').map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? { key: pair, value: '' } : { key: pair.slice(0, at), value: pair.slice(at + 1) };
    });
    return index.find(domain, { entries });
  };
}

const limit = (requests: number) => `rate_limit: {unit: day, requests_per_unit: ${requests}}`;
/** A row: the request's entries, the limit that applies (undefined: none), the statistics' path, the counter's patterns. */
type Row = [request: string, requests: number | undefined, path?: string, patterns?: (string | undefined)[]];

function check(yaml: string, rows: Row[]): void {
  const find = finder(yaml);
  for (const [request, requests, path, patterns] of rows) {
    const match = find(request);
    assert.equal(match?.limit.requestsPerUnit, requests, request);
    if (path !== undefined) assert.equal(match?.metricPath, path, request);
    assert.deepEqual(match?.patterns, patterns, request);
  }
}

test('order: exact, wildcards in file order, key alone; no backtracking', () => {
  check(
    `domain: d
descriptors:
- {key: p, value: a, descriptors: [{key: q, value: x, ${limit(1)}}]}
- {key: p, value: 'a*', ${limit(2)}}
- {key: p, value: 'ab*', ${limit(3)}}
- {key: p, ${limit(4)}}
- {key: deep, ${limit(5)}, descriptors: [{key: child, ${limit(6)}}]}
- {key: white, value: list}
- {key: white, ${limit(7)}}
`,
    [
      ['p=abc', 2, 'd.p_a*'],
      ['p=zzz', 4, 'd.p'],
      ['p=a q=x', 1, 'd.p_a.q_x'],
      ['p=a', undefined],
      ['p=a q=y', undefined],
      ['p=zzz q=x', undefined],
      ['deep=1', 5, 'd.deep'],
      ['deep=1 child=2', 6, 'd.deep.child'],
      ['deep=1 child=2 more=3', undefined],
      ['child=2', undefined],
      ['white=list', undefined],
      ['white=other', 7],
      ['P=abc', undefined],
      ['p', 4],
    ],
  );
});

test('an unknown domain has no limits; domains are case-sensitive', () => {
  const find = finder(`domain: d\ndescriptors: [{key: k, ${limit(1)}}]`);
  assert.equal(find('k=1', 'D'), undefined);
  assert.equal(find('k=1', 'constructor'), undefined);
});

test('wildcards anywhere, each for zero or more characters, on the joined key and value', () => {
  check(
    `domain: d
descriptors:
- {key: path, value: '/api/*/run', ${limit(1)}}
- {key: path, value: '/v*/res/*/act', ${limit(2)}}
- {key: over, value: 'ab*ba', ${limit(3)}}
- {key: star, value: '*', ${limit(4)}}
- {key: 'any*', ${limit(5)}}
- {key: lead, value: '*.example', ${limit(6)}}
`,
    [
      ['path=/api/x/y/run', 1],
      ['path=/api//run', 1],
      ['path=/api/run', undefined],
      ['path=/v1/res/a/b/act', 2],
      ['over=aba', undefined],
      ['over=abba', 3],
      ['star=', 4, 'd.star_*'],
      ['star=x*y', 4],
      ['star_id=5', 4, 'd.star_id_star_*'],
      ['anything=5', 5, 'd.anything_any*'],
      ['lead=a.example', 6],
      ['lead=a.example.org', undefined],
    ],
  );
});

test('key and value are one text: a_b=c and a=b_c are the same rule', () => {
  check(`domain: d\ndescriptors: [{key: a, value: b_c, ${limit(1)}}]`, [
    ['a=b_c', 1],
    ['a_b=c', 1],
    ['a_b_c=', 1],
  ]);
});

test('share_threshold: the pattern stands in the counter key, at every level; exact values keep their own', () => {
  check(
    `domain: d
descriptors:
- key: run
  descriptors:
  - {key: file, value: 'docs/*', share_threshold: true, ${limit(1)}}
  - {key: file, value: 'docs/exact', ${limit(2)}}
- key: grp
  value: 'g-*'
  share_threshold: true
  descriptors: [{key: user, ${limit(3)}}]
`,
    [
      ['run=1 file=docs/a', 1, 'd.run.file_docs/*', [undefined, 'docs/*']],
      ['run=1 file=docs/exact', 2, 'd.run.file_docs/exact', undefined],
      ['run=1 file=docs/*', 1, 'd.run.file_docs/*', undefined],
      ['grp=g-1 user=mike', 3, 'd.grp_g-*.user', ['g-*', undefined]],
    ],
  );
});

test('statistics paths: detailed_metric, value_to_metric, and shared patterns', () => {
  check(
    `domain: d
descriptors:
- {key: detailed, detailed_metric: true, ${limit(1)}}
- {key: value, value_to_metric: true, descriptors: [{key: leaf, ${limit(2)}}]}
- {key: wild, value: 'w-*', value_to_metric: true, ${limit(3)}}
- {key: shared, value: 's-*', share_threshold: true, value_to_metric: true, ${limit(4)}}
- {key: both, value: 'b-*', share_threshold: true, detailed_metric: true, ${limit(5)}}
- {key: plain, value: 'p-*', ${limit(6)}}
`,
    [
      ['detailed=x', 1, 'd.detailed_x'],
      ['detailed=', 1, 'd.detailed_'],
      ['value=v leaf=x', 2, 'd.value_v.leaf'],
      ['wild=w-1', 3, 'd.wild_w-1'],
      ['shared=s-1', 4, 'd.shared_s-*', ['s-*']],
      ['both=b-1', 5, 'd.both_b-*', ['b-*']],
      ['plain=p-1', 6, 'd.plain_p-*'],
    ],
  );
});
