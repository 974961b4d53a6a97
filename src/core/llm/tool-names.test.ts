import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamed, target, translated } from './translate.fixture.ts';

const long = `mcp__plugin_youtube_analytics__${'get_video_details_'.repeat(4)}`;
const other = `${long}x`;
const dotted = 'files.read';
const names = [long, other, dotted, 'plain'];

const ask = {
  max_tokens: 100,
  tools: names.map((name) => ({ name, input_schema: { type: 'object' } })),
  tool_choice: { type: 'tool', name: long },
  messages: [
    { role: 'user', content: 'x' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: dotted, input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'y' }] },
  ],
};
const call = (fields: object, provider: 'openai' | 'gemini') =>
  translated(
    { ...ask, ...fields },
    {
      routeType: 'Messages',
      target: target({ provider, model: provider === 'openai' ? 'gpt-5.1' : 'gemini-2.5-pro' }),
    },
  );

test('names that OpenAI refuses are shortened, each to one of its own, wherever they stand', () => {
  const { tools, tool_choice, messages } = JSON.parse(call({}, 'openai').body);
  const sent: string[] = tools.map((tool: { function: { name: string } }) => tool.function.name);
  assert.equal(new Set(sent).size, 4);
  for (const name of sent) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
  assert.equal(sent[3], 'plain');
  assert.equal(tool_choice.function.name, sent[0]);
  assert.equal(messages[1].tool_calls[0].function.name, sent[2]);
  assert.deepEqual(JSON.parse(call({}, 'openai').body).tools, tools);
});

test('what Gemini takes stays as it is', () => {
  const [{ functionDeclarations }] = JSON.parse(call({}, 'gemini').body).tools;
  const [first, , third] = functionDeclarations;
  assert.deepEqual([first.name.length <= 64, third.name], [true, dotted]);
});

test('the client gets its own names back, whole and streamed', () => {
  const plain = call({}, 'openai');
  const sent = JSON.parse(plain.body).tools[1].function.name;
  const tool = { index: 0, id: 'b', type: 'function', function: { name: sent, arguments: '{}' } };
  const choice = { index: 0, message: { content: null, tool_calls: [tool] }, finish_reason: 'tool_calls' };
  const answer = plain.reply.plain(JSON.stringify({ id: 'c', choices: [choice] }), 'application/json');
  assert.equal(JSON.parse(answer.body).content[0].name, other);
  const chunk = {
    id: 'c',
    choices: [{ index: 0, delta: { tool_calls: [tool] }, finish_reason: 'tool_calls' }],
  };
  const { out } = streamed(call({ stream: true }, 'openai'), [
    `data: ${JSON.stringify(chunk)}\n\n`,
    'data: [DONE]\n\n',
  ]);
  assert.match(out, new RegExp(`"name":"${other}"`));
});
