import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asText, CelError, compileExpression, holds } from './compile.ts';

const program = (source: string) => {
  const compiled = compileExpression(source);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.error);
  return compiled.program;
};

test('values', () => {
  const cases: [string, Record<string, unknown>, unknown][] = [
    ["apiKey.user_id == 'mike'", { apiKey: { user_id: 'mike' } }, true],
    ["apiKey.user_id == 'mike'", { apiKey: { user_id: 'anna' } }, false],
    ['apiKey.user_id', { apiKey: { user_id: 'mike' } }, 'mike'],
    ["has(apiKey.user_id) && apiKey.user_id == 'mike'", { apiKey: {} }, false],
    ["request.headers['x-team']", { request: { headers: { 'x-team': 'a' } } }, 'a'],
    ["request.path.startsWith('/v1')", { request: { path: '/v1/x' } }, true],
    ['json(\'{"a": [1, 2]}\').a[1]', {}, 2n],
    ['toJson({"a": 1})', {}, '{"a":1}'],
    ['llm.inputTokens + llm.outputTokens', { llm: { inputTokens: 40n, outputTokens: 80n } }, 120n],
    ["request.path.matches('^/v[0-9]+$')", { request: { path: '/v1' } }, true],
  ];
  for (const [source, variables, value] of cases)
    assert.deepEqual(program(source).evaluate(variables), value, source);
});

test('a missing field is an evaluation error, false in a condition', () => {
  const mike = program("apiKey.user_id == 'mike'");
  assert.throws(() => mike.evaluate({ apiKey: {} }), CelError);
  assert.throws(() => mike.evaluate({}), CelError);
  assert.equal(holds(mike, { apiKey: {} }), false);
  assert.equal(holds(mike, { apiKey: { user_id: 'mike' } }), true);
});

test('what cannot compile says why in one line', () => {
  for (const source of [
    'apiKey.user_id ==',
    '1 +',
    'nobody.knows',
    "unknownFunction('x')",
    '',
    'x'.repeat(20_000),
  ]) {
    const compiled = compileExpression(source);
    assert.equal(compiled.ok, false, source);
    if (!compiled.ok) assert.doesNotMatch(compiled.error, /\n/);
  }
});

test('descriptor text', () => {
  assert.equal(asText(program('llm.inputTokens'), { llm: { inputTokens: 5n } }), '5');
  assert.equal(asText(program('true'), {}), 'true');
  assert.throws(() => asText(program('{}'), {}), CelError);
  assert.throws(() => asText(program('apiKey.user_id'), { apiKey: {} }), CelError);
});
