import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import { streamed, target, translated } from './translate.fixture.ts';

const mistral = (routeType: RouteType) => ({
  routeType,
  target: target({
    provider: 'custom',
    vendor: 'mistral',
    model: 'mistral-large',
    formats: [{ type: 'Completions' }],
  }),
});
const user = { role: 'user', content: 'x' };
const chunk = (fields: object) => `data: ${JSON.stringify({ id: 'c', model: 'm', ...fields })}\n\n`;
const answer = [
  chunk({ choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] }),
  chunk({
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 3 },
  }),
  'data: [DONE]\n\n',
];

test('Mistral is not asked for usage, which it would refuse, and is charged by what it reports all the same', () => {
  const asked: [RouteType, object][] = [
    ['Completions', { messages: [user], stream: true }],
    ['Completions', { messages: [user], stream: true, stream_options: { include_usage: true } }],
    ['Messages', { messages: [user], max_tokens: 9, stream: true }],
    ['Responses', { input: 'x', stream: true }],
  ];
  for (const [routeType, body] of asked) {
    const call = translated(body, mistral(routeType));
    assert.equal('stream_options' in JSON.parse(call.body), false, routeType);
    const { stream } = streamed(call, answer);
    const { inputTokens, outputTokens, estimated } = stream.usage();
    assert.deepEqual([inputTokens, outputTokens, estimated], [7, 3, false]);
  }
});

test('what it refuses is left out and told; the rest of the text stays as it is', () => {
  const messages = [user, { role: 'assistant', content: 'y', reasoning_content: 'hm' }, user];
  const body = `{"messages": ${JSON.stringify(messages)}, "user": "u1", "max_completion_tokens": 5, "temperature": 0.30}`;
  const call = translated(body, mistral('Completions'));
  assert.deepEqual(JSON.parse(call.body), {
    messages: [user, { role: 'assistant', content: 'y' }, user],
    max_tokens: 5,
    temperature: 0.3,
    model: 'mistral-large',
  });
  assert.match(call.body, /"temperature": 0\.30/);
  assert.deepEqual(
    [call.drops, call.maxTokens, call.maxTokensFields],
    [['user', 'messages.reasoning_content'], 5, ['max_tokens']],
  );
  const metadata = { user_id: 'u1' };
  const translatedCall = translated({ messages: [user], max_tokens: 9, metadata }, mistral('Messages'));
  assert.deepEqual(['user' in JSON.parse(translatedCall.body), translatedCall.drops], [false, ['user']]);
});

test('reasoning that led to calls goes back with them where it is wanted, and only there', () => {
  const thinking = { type: 'thinking', thinking: 'hm', signature: '' };
  const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
  const result = { type: 'tool_result', tool_use_id: 'a', content: 'done' };
  const messages = [
    user,
    { role: 'assistant', content: [thinking, use] },
    { role: 'user', content: [result] },
    { role: 'assistant', content: [thinking, { type: 'text', text: 'said' }] },
    user,
  ];
  const sent = (vendor: string | undefined, model: string) => {
    const formats = [{ type: 'Completions' as const }];
    const to = {
      routeType: 'Messages' as const,
      target: target({ provider: 'custom', vendor, model, formats }),
    };
    const { body, drops } = translated({ messages, max_tokens: 9 }, to);
    const told = JSON.parse(body).messages.map((m: { reasoning_content?: string }) => m.reasoning_content);
    return [told, drops];
  };
  const none = undefined;
  const dropped = ['thinking of earlier turns'];
  assert.deepEqual(sent('deepseek', 'deepseek-chat'), [[none, 'hm', none, none, none], dropped]);
  assert.deepEqual(sent(undefined, 'kimi-k2-thinking'), [[none, 'hm', none, none, none], dropped]);
  assert.deepEqual(sent('groq', 'qwen3'), [[none, none, none, none, none], dropped]);
});
