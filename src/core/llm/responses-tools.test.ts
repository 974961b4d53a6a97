import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamed, target, translated } from './translate.fixture.ts';

const run = { type: 'custom', name: 'exec', description: 'runs' };
const look = { type: 'function', name: 'look', parameters: { type: 'object' } };
const space = { type: 'namespace', name: 'files', description: 'd', tools: [look, run] };
const ask = { role: 'user', content: 'x' };
/** As Codex has them: in the input, tools of a namespace or by themselves. */
const lite = { input: [{ type: 'additional_tools', role: 'developer', tools: [space, look] }, ask] };
const call = (fields: object) =>
  translated(
    { ...lite, ...fields },
    { routeType: 'Responses', target: target({ provider: 'openai', formats: undefined, model: 'm' }) },
  );
const elsewhere = (fields: object) => translated({ ...lite, ...fields }, { routeType: 'Responses' });

test('tools of namespaces and of the input are functions elsewhere', () => {
  const { body, drops } = elsewhere({ tools: [{ type: 'file_search' }, { ...run, name: 'top' }] });
  const names = JSON.parse(body).tools.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ['top', 'files__look', 'files__exec', 'look']);
  assert.deepEqual(drops, ['tools[0] (file_search)']);
});

test('a choice and a call inside a namespace mean the same function', () => {
  const items = [
    { type: 'function_call', call_id: 'a', namespace: 'files', name: 'look', arguments: '{}' },
    { type: 'function_call_output', call_id: 'a', output: 'y' },
  ];
  const tool_choice = { type: 'function', namespace: 'files', name: 'look' };
  const { body } = elsewhere({ input: [...lite.input, ...items], tool_choice });
  const sent = JSON.parse(body);
  assert.equal(sent.tool_choice.name, 'files__look');
  assert.equal(sent.messages[1].content[0].name, 'files__look');
});

test('calls are told back with their namespace, free text as such, whole and streamed', () => {
  const uses = [
    { type: 'tool_use', id: 'a', name: 'files__look', input: { p: 1 } },
    { type: 'tool_use', id: 'b', name: 'files__exec', input: { input: 'ls' } },
    { type: 'tool_use', id: 'c', name: 'look', input: {} },
  ];
  const answer = {
    id: 'msg_1',
    model: 'm',
    content: uses,
    stop_reason: 'tool_use',
    usage: { input_tokens: 1, output_tokens: 2 },
  };
  const expected = [
    ['function_call', 'files', 'look', '{"p":1}'],
    ['custom_tool_call', 'files', 'exec', 'ls'],
    ['function_call', undefined, 'look', '{}'],
  ];
  type Item = { type: string; namespace?: string; name: string; arguments?: string; input?: string };
  const told = (items: Item[]) =>
    items.map((item) => [item.type, item.namespace, item.name, item.arguments ?? item.input]);
  const plain = elsewhere({}).reply.plain(JSON.stringify(answer), 'application/json');
  assert.deepEqual(told(JSON.parse(plain.body).output), expected);
  const event = (type: string, rest: object) => `data: ${JSON.stringify({ type, ...rest })}\n\n`;
  const { out } = streamed(elsewhere({ stream: true }), [
    event('message_start', { message: { id: 'msg_1', model: 'm' } }),
    ...uses.flatMap((use, index) => [
      event('content_block_start', { index, content_block: { ...use, input: {} } }),
      event('content_block_delta', {
        index,
        delta: { type: 'input_json_delta', partial_json: JSON.stringify(use.input) },
      }),
    ]),
    event('message_delta', { delta: { stop_reason: 'tool_use' } }),
    event('message_stop', {}),
  ]);
  const last = out.split('\n').findLast((line) => line.startsWith('data: '))!;
  assert.deepEqual(told(JSON.parse(last.slice(6)).response.output), expected);
});

test("at OpenAI's own API they go as they are", () => {
  assert.deepEqual(JSON.parse(call({}).body).input, lite.input);
});

test('a system prompt alone is answered: its last words are told as the user', () => {
  const developer = (content: string) => ({ role: 'developer', content });
  const { body, drops } = translated({ input: [developer('a'), developer('b')] }, { routeType: 'Responses' });
  const { system, messages } = JSON.parse(body);
  assert.deepEqual([system[0].text, messages[0].role, messages[0].content[0].text], ['a', 'user', 'b']);
  assert.deepEqual(drops, ['system (told as the user, who says nothing)']);
});
