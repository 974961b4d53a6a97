import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Listener, RouteMatch } from '../config/snapshot.ts';
import { hostMatches, RouteTable } from './match.ts';

const path = (
  type: RouteMatch['path']['type'],
  value: string,
  extra: Partial<RouteMatch> = {},
): RouteMatch => ({
  path: { type, value },
  headers: [],
  queryParams: [],
  ...extra,
});
const listener = (
  routes: [string, RouteMatch, string[]?, string?][],
  hostname?: string,
  name = 'http',
): Listener => ({
  gateway: 'ns/gw',
  name,
  hostname,
  routes: routes.map(([route, match, hostnames = [], createdAt = '2026-01-01T00:00:00Z']) => ({
    name: route,
    createdAt,
    hostnames,
    rules: [
      {
        index: 0,
        matches: [match],
        filters: [],
        traffic: { broken: [], authorization: [], budgets: [] },
        backends: [],
      },
    ],
  })),
});
const target = (at: string, extra: object = {}) => ({
  method: 'POST',
  host: 'any',
  path: at,
  query: '',
  headers: {},
  ...extra,
});
const serve = (listeners: Listener[], at: ReturnType<typeof target>) => {
  const found = new RouteTable(listeners).match(at);
  return 'route' in found ? found.route.name : undefined;
};

test('a prefix ends on a segment', () => {
  const table = [listener([['a', path('PathPrefix', '/anthropic')]])];
  const cases: [string, string | undefined][] = [
    ['/anthropic', 'a'],
    ['/anthropic/', 'a'],
    ['/anthropic/v1', 'a'],
    ['/anthropicx', undefined],
    ['/Anthropic', undefined],
    ['/', undefined],
  ];
  for (const [at, expected] of cases) assert.equal(serve(table, target(at)), expected, at);
  assert.equal(serve([listener([['all', path('PathPrefix', '/')]])], target('/x/y')), 'all');
});

test('precedence: exact, longest prefix, regex; method; headers; query; older; name', () => {
  const get = { method: 'GET' };
  const cases: [[string, RouteMatch, string[]?, string?][], ReturnType<typeof target>, string][] = [
    [
      [
        ['p', path('PathPrefix', '/a/b')],
        ['e', path('Exact', '/a')],
      ],
      target('/a'),
      'e',
    ],
    [
      [
        ['s', path('PathPrefix', '/a')],
        ['l', path('PathPrefix', '/a/b')],
      ],
      target('/a/b/c'),
      'l',
    ],
    [
      [
        ['r', path('RegularExpression', '/a.*')],
        ['p', path('PathPrefix', '/')],
      ],
      target('/abc'),
      'p',
    ],
    [
      [
        ['any', path('PathPrefix', '/')],
        ['get', path('PathPrefix', '/', get)],
      ],
      target('/', get),
      'get',
    ],
    [
      [
        ['none', path('PathPrefix', '/')],
        ['header', path('PathPrefix', '/', { headers: [{ name: 'X-A', type: 'Exact', value: '1' }] })],
      ],
      target('/', { headers: { 'x-a': '1' } }),
      'header',
    ],
    [
      [
        ['none', path('PathPrefix', '/')],
        [
          'query',
          path('PathPrefix', '/', {
            queryParams: [{ name: 'q', type: 'RegularExpression', value: '[0-9]+' }],
          }),
        ],
      ],
      target('/', { query: 'a=b&q=12' }),
      'query',
    ],
    [
      [
        ['a', path('PathPrefix', '/'), [], '2026-02-01T00:00:00Z'],
        ['b', path('PathPrefix', '/')],
      ],
      target('/'),
      'b',
    ],
    [
      [
        ['b', path('PathPrefix', '/')],
        ['a', path('PathPrefix', '/')],
      ],
      target('/'),
      'a',
    ],
  ];
  for (const [routes, at, expected] of cases) assert.equal(serve([listener(routes)], at), expected);
});

test('the most specific listener owns a host, even where it has no route for the path', () => {
  const table = [
    listener([['wide', path('PathPrefix', '/')]]),
    listener([['narrow', path('PathPrefix', '/only')]], 'api.example.com', 'narrow'),
  ];
  assert.equal(serve(table, target('/only', { host: 'api.example.com' })), 'narrow');
  assert.equal(serve(table, target('/other', { host: 'api.example.com' })), undefined);
  assert.equal(serve(table, target('/other', { host: 'x' })), 'wide');
});

test('hostnames', () => {
  assert.equal(hostMatches('*.example.com', 'a.b.example.com'), true);
  assert.equal(hostMatches('*.example.com', 'example.com'), false);
  assert.equal(hostMatches('a.example.com', 'b.example.com'), false);
  assert.equal(hostMatches(undefined, 'x'), true);
});
