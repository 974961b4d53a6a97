import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hello, target, translated } from './translate.fixture.ts';

test('a tool without arguments has a schema of an object wherever it goes', () => {
  const tools = [{}, { properties: { a: {} } }, { type: 'object', properties: {} }, { anyOf: [] }].map(
    (parameters, i) => ({ type: 'function', function: { name: `f${i}`, parameters } }),
  );
  const expected = [
    { type: 'object', properties: {} },
    { type: 'object', properties: { a: {} } },
    { type: 'object', properties: {} },
    { anyOf: [] },
  ];
  const anthropic = JSON.parse(translated({ ...hello, tools }).body).tools;
  assert.deepEqual(
    anthropic.map((tool: { input_schema: object }) => tool.input_schema),
    expected,
  );
  const to = { target: target({ provider: 'gemini', model: 'gemini-2.5-pro' }) };
  const [{ functionDeclarations }] = JSON.parse(translated({ ...hello, tools }, to).body).tools;
  assert.deepEqual(
    functionDeclarations.map((tool: { parametersJsonSchema: object }) => tool.parametersJsonSchema),
    expected,
  );
});

test('an answer by a schema: each object is closed for Anthropic, where the client left it open that is told', () => {
  const sent = (schema: object) => {
    const response_format = { type: 'json_schema', json_schema: { name: 's', schema } };
    const { body, drops } = translated({ ...hello, response_format });
    return [JSON.parse(body).output_config.format.schema, drops];
  };
  const inner = { type: 'object', properties: { type: { type: 'string', enum: [{ type: 'object' }] } } };
  const open = {
    type: 'object',
    properties: { a: { type: 'array', items: inner }, properties: { type: ['object', 'null'] } },
    $defs: { d: inner },
  };
  const closed = { ...inner, additionalProperties: false };
  assert.deepEqual(sent(open), [
    {
      type: 'object',
      properties: {
        a: { type: 'array', items: closed },
        properties: { type: ['object', 'null'], additionalProperties: false },
      },
      $defs: { d: closed },
      additionalProperties: false,
    },
    ['response_format (objects take no further members)'],
  ]);
  const own = { type: 'object', properties: {}, additionalProperties: false };
  assert.deepEqual(sent(own), [own, []]);
});
