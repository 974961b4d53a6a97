import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteFilter, RouteMatch } from '../config/snapshot.ts';
import { modifyHeaders, rewrite } from './filters.ts';

const prefix = (value: string): RouteMatch => ({
  path: { type: 'PathPrefix', value },
  headers: [],
  queryParams: [],
});
const at = (path: string) => ({ path, query: 'q=1', host: 'gw', port: 8080 });

test('path rewriting', () => {
  const cases: [RouteFilter['type'], string, string, string, string][] = [
    ['URLRewrite', 'ReplaceFullPath', '/anthropic/x', '/v1/chat/completions', '/v1/chat/completions'],
    ['URLRewrite', 'ReplacePrefixMatch', '/anthropic/x', '/v1', '/v1/x'],
    ['URLRewrite', 'ReplacePrefixMatch', '/anthropic', '/v1', '/v1'],
    ['URLRewrite', 'ReplacePrefixMatch', '/anthropic/x', '/', '/x'],
    ['URLRewrite', 'ReplacePrefixMatch', '/anthropic', '/', '/'],
  ];
  for (const [type, kind, path, value, expected] of cases) {
    const filter = { type, path: { type: kind, value } } as RouteFilter;
    assert.equal(
      rewrite([filter], prefix('/anthropic'), at(path)).path,
      expected,
      `${kind} ${path} ${value}`,
    );
  }
});

test('redirects keep what they do not change', () => {
  const to = (filter: object) =>
    rewrite(
      [{ type: 'RequestRedirect', statusCode: 302, ...filter } as RouteFilter],
      prefix('/a'),
      at('/a/b'),
    ).redirect;
  assert.deepEqual(to({}), { status: 302, location: 'http://gw:8080/a/b?q=1' });
  assert.deepEqual(to({ scheme: 'https', hostname: 'x' }), { status: 302, location: 'https://x/a/b?q=1' });
  assert.equal(to({ path: { type: 'ReplacePrefixMatch', value: '/c' } })?.location, 'http://gw:8080/c/b?q=1');
});

test('header modifiers: set, add, remove', () => {
  const headers: Record<string, string> = { a: '1', b: '2', c: '3' };
  modifyHeaders(headers, {
    set: [{ name: 'A', value: 'x' }],
    add: [
      { name: 'b', value: 'y' },
      { name: 'd', value: 'z' },
    ],
    remove: ['C'],
  });
  assert.deepEqual(headers, { a: 'x', b: '2, y', d: 'z' });
});
