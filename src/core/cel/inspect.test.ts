import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../record.ts';
import { compileExpression } from './compile.ts';
import { createEnvironment, variables } from './environment.ts';
import { inspectExpression } from './inspect.ts';
import { variablesOfRecord } from './recorded-variables.ts';
import { functionNotes, variableNotes } from './reference.ts';

test('values and their types, in JSON’s terms', () => {
  const cases: [string, string, unknown][] = [
    ['1 + 2', 'int', 3],
    ['9007199254740993', 'int', '9007199254740993'],
    ['1.5', 'double', 1.5],
    ['1u', 'uint', '1'],
    ['null', 'null', null],
    ['[1, "a"]', 'list', [1, 'a']],
    ['{"a": {"b": 1}}', 'map', { a: { b: 1 } }],
    ["b'ab'", 'bytes', '6162'],
    ["timestamp('2026-01-01T00:00:00Z')", 'timestamp', '2026-01-01T00:00:00.000Z'],
    ["duration('90s')", 'duration', '90s'],
    ['optional.none()', 'optional', {}],
    ['optional.of(1)', 'optional', { value: 1 }],
    ['type(1)', 'type', 'Type<int>'],
  ];
  for (const [source, type, value] of cases)
    assert.deepEqual(inspectExpression(source, {}), { ok: true, type, value }, source);
});

test('a fault has its phase and its place', () => {
  assert.deepEqual(inspectExpression("apiKey.user ==\n 'x' + 1", {}), {
    ok: false,
    phase: 'compile',
    error: 'no such overload: string + int',
    line: 2,
    column: 2,
  });
  const missing = inspectExpression('apiKey.team', { apiKey: {} });
  assert.deepEqual(missing, { ok: false, phase: 'evaluate', error: 'No such key: team', line: 1, column: 8 });
  const failed = inspectExpression("fail('boom')", {});
  assert.deepEqual(failed, { ok: false, phase: 'evaluate', error: 'boom' });
});

test('numbers have the types that they have on the request path', () => {
  const values = { llm: { inputTokens: 3 }, apiKey: { level: 3 } };
  assert.deepEqual(inspectExpression('llm.inputTokens + 1', values), { ok: true, type: 'int', value: 4 });
  assert.equal(inspectExpression('apiKey.level + 1', values).ok, false);
  assert.deepEqual(inspectExpression('apiKey.level + 1.0', values), { ok: true, type: 'double', value: 4 });
});

test('every variable and every function is noted, and every form compiles', () => {
  assert.deepEqual(variableNotes.map(({ name }) => name).sort(), [...variables].sort());
  const { functions } = createEnvironment().getDefinitions();
  const known = new Set(functions.map(({ name }) => name));
  assert.deepEqual(functionNotes.map(({ name }) => name).sort(), [...known].sort());
  const dynamic = /\b(text|list|value|maybe|moment|otherwise|first|second|other)\b(?!\()/g;
  for (const { form } of functionNotes)
    for (const written of form.split(' · ')) {
      const source = written.replace(/^bytes\./, "b'a'.").replace(dynamic, 'dyn(apiKey)');
      const compiled = compileExpression(source);
      assert.ok(compiled.ok, `${written}: ${compiled.ok ? '' : compiled.error}`);
    }
});

test('of a record: what policies saw, and what is not known any more', () => {
  const record: RequestRecord = {
    id: '1',
    startedAtMs: 0,
    durationMs: 1,
    bind: '8080',
    sourceAddress: '::1:4711',
    method: 'POST',
    host: 'localhost',
    path: '/v1/chat/completions',
    httpVersion: 'HTTP/1.1',
    status: 200,
    protocol: 'llm',
    key: { id: 'k', user: 'mike', metadata: { user_id: 'mike' }, labels: {} },
    llm: { operation: 'chat', provider: 'anthropic', requestModel: 'm', streaming: true, maxTokens: 9 },
    decisions: [],
    responseBytes: 1,
  };
  const { variables: found, missing } = variablesOfRecord(record);
  const value = (source: string) => {
    const inspected = inspectExpression(source, found);
    assert.ok(inspected.ok, source);
    return inspected.value;
  };
  assert.equal(value("apiKey.user_id == 'mike' && request.path.startsWith('/v1')"), true);
  assert.equal(value('source.address'), '::1');
  assert.equal(value('source.port'), 4711);
  assert.equal(value('llm.params.max_tokens + response.code'), 209);
  assert.ok(missing.some(({ name }) => name === 'request.headers'));
  const { key: _, llm: __, ...bare } = record;
  assert.deepEqual(
    variablesOfRecord(bare)
      .missing.slice(-2)
      .map(({ name }) => name),
    ['apiKey', 'llm'],
  );
});
