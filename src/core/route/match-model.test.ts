import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ModelRoute, matchModel } from './match-model.ts';

const route = (name: string, backend = name, weight = 1): ModelRoute => ({
  name,
  backend,
  weight,
  listed: true,
});
const serving = (routes: ModelRoute[], asked: string, random = 0) =>
  matchModel(routes, asked, random)?.backend;

test('a name in full wins over patterns, a longer pattern over a shorter one', () => {
  const routes = [
    route('*'),
    route('claude-*'),
    route('claude-haiku-*'),
    route('claude-haiku-4'),
    route('*-mini'),
  ];
  assert.equal(serving(routes, 'claude-haiku-4'), 'claude-haiku-4');
  assert.equal(serving(routes, 'claude-haiku-5'), 'claude-haiku-*');
  assert.equal(serving(routes, 'claude-opus'), 'claude-*');
  assert.equal(serving(routes, 'gpt-5-mini'), '*-mini');
  assert.equal(serving(routes, 'other'), '*');
  assert.equal(serving([route('claude-*')], 'gpt'), undefined);
});

test('entries of one name share its calls by weight; weight 0 gets none', () => {
  const routes = [route('fast', 'a', 3), route('fast', 'b', 1), route('fast', 'c', 0)];
  const shares = Array.from({ length: 8 }, (_, i) => serving(routes, 'fast', i / 8));
  assert.deepEqual(shares, ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b']);
  assert.equal(serving([route('fast', 'c', 0)], 'fast'), undefined);
});
