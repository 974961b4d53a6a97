import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hello, streamed, target, translated } from './translate.fixture.ts';
import { noUsage, totalTokens } from './usage.ts';

test('cached input is part of the input, so the total does not count it twice', () => {
  assert.equal(totalTokens({ ...noUsage, inputTokens: 40, cachedInputTokens: 30, outputTokens: 80 }), 120);
});

const openai = { target: target({ provider: 'openai' as const, model: 'gpt-5' }) };
const chunk = (rest: object) =>
  `data: ${JSON.stringify({ id: 'c', model: 'gpt-5', choices: [], ...rest })}\n\n`;
const said = chunk({ choices: [{ index: 0, delta: { content: 'x' } }] });
const report = (prompt: number, completion: number, rest: object = {}) =>
  chunk({ usage: { prompt_tokens: prompt, completion_tokens: completion }, ...rest });
const done = 'data: [DONE]\n\n';

test('`include_usage: false` does not make a call free, and its chunk stays hidden', () => {
  const body = { ...hello, stream: true, stream_options: { include_usage: false, x: 1 } };
  const call = translated(body, openai);
  assert.deepEqual(JSON.parse(call.body).stream_options, { include_usage: true, x: 1 });
  const { out, stream } = streamed(call, [said, report(9, 5), done]);
  assert.equal(out, said + done);
  assert.deepEqual(stream.usage(), { ...noUsage, inputTokens: 9, outputTokens: 5 });
  const translatedCall = streamed(translated(body), [
    'data: {"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":9,"output_tokens":1}}}\n\n',
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\n',
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n\n',
    'data: {"type":"message_stop"}\n\n',
  ]);
  assert.doesNotMatch(translatedCall.out, /usage/);
  assert.equal(translatedCall.stream.usage().outputTokens, 5);
});

test('a stream without any report is charged by estimate, and marked', () => {
  const usage = streamed(translated({ ...hello, stream: true }, openai), [said, done]).stream.usage();
  assert.ok(usage.estimated && usage.inputTokens > 0 && usage.outputTokens > 0);
});

test('the last report of a stream wins, also when it is smaller', () => {
  const { stream } = streamed(translated({ ...hello, stream: true }, openai), [
    said,
    report(100, 50),
    report(90, 40),
    done,
  ]);
  assert.deepEqual(stream.usage(), { ...noUsage, inputTokens: 90, outputTokens: 40 });
});

test('cache writes of five minutes and of an hour are kept apart, in answers and over the events of a stream', () => {
  const native = { routeType: 'Messages' as const };
  const written = {
    input_tokens: 10,
    cache_creation_input_tokens: 30,
    cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
  };
  const expected = {
    ...noUsage,
    inputTokens: 40,
    cacheWriteTokens: 30,
    cacheWrite1hTokens: 20,
    outputTokens: 5,
  };
  const call = translated({ max_tokens: 9, stream: true, ...hello }, native);
  const plain = call.reply.plain(
    JSON.stringify({ content: [], usage: { ...written, output_tokens: 5 } }),
    '',
  );
  assert.deepEqual(plain.usage, expected);
  const message = { type: 'message_start', message: { usage: { ...written, output_tokens: 1 } } };
  const delta = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } };
  const events = [message, delta, { type: 'message_stop' }].map(
    (event) => `data: ${JSON.stringify(event)}\n\n`,
  );
  assert.deepEqual(streamed(call, events).stream.usage(), expected);
});

test('a service that was faster or slower than the standard one is part of the report', () => {
  const tiers: [string, string | undefined][] = [
    ['priority', 'priority'],
    ['flex', 'flex'],
    ['default', undefined],
    ['scale', undefined],
  ];
  for (const [service_tier, expected] of tiers) {
    const { stream } = streamed(translated({ ...hello, stream: true }, openai), [
      said,
      report(9, 5, { service_tier }),
      done,
    ]);
    assert.equal(stream.usage().serviceTier, expected, service_tier);
  }
});
