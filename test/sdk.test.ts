/** The vendors' own SDKs, unmodified, against the demo. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type Gateway, removeDirectory, startGateway } from './support/gateway.ts';

describe('SDKs through the demo', () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await startGateway({ args: ['--demo'] });
  });
  after(async () => {
    await gateway?.stop();
    if (gateway) removeDirectory(gateway.dataDir);
  });

  const openai = (key: string) =>
    new OpenAI({ apiKey: key, baseURL: `http://${gateway.address}:8080/v1`, maxRetries: 0 });
  const anthropic = (key: string) =>
    new Anthropic({ apiKey: key, baseURL: `http://${gateway.address}:8080`, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'What is a virtual key?' }];

  test('openai: plain', async () => {
    const answer = await openai('sk-anna-key').chat.completions.create({
      model: 'claude-sonnet-5',
      messages,
    });
    assert.ok(answer.choices[0]!.message.content!.length > 0);
    assert.equal(answer.usage!.total_tokens, answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
  });

  test('openai: streaming, with usage only when asked for', async () => {
    for (const asked of [true, false]) {
      const stream = await openai('sk-anna-key').chat.completions.create({
        model: 'claude-sonnet-5',
        messages,
        stream: true,
        ...(asked ? { stream_options: { include_usage: true } } : {}),
      });
      let text = '';
      let usage: OpenAI.CompletionUsage | undefined;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        usage = chunk.usage ?? usage;
      }
      assert.ok(text.length > 0);
      assert.equal(usage !== undefined, asked);
    }
  });

  test('openai: tools', async () => {
    const answer = await openai('sk-anna-key').chat.completions.create({
      model: 'claude-sonnet-5',
      messages: [{ role: 'user', content: 'Please use the tool.' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
          },
        },
      ],
    });
    assert.equal(answer.choices[0]!.finish_reason, 'tool_calls');
    const call = answer.choices[0]!.message.tool_calls![0]!;
    assert.equal(call.type === 'function' && call.function.name, 'weather');
    assert.equal(typeof JSON.parse(call.type === 'function' ? call.function.arguments : ''), 'object');
  });

  test('anthropic: plain and streaming on the second route', async () => {
    const client = anthropic('sk-anna-key');
    const answer = await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 500, messages });
    assert.equal(answer.type, 'message');
    assert.ok(answer.usage.output_tokens > 0);
    const stream = client.messages.stream({ model: 'claude-sonnet-5', max_tokens: 500, messages });
    const final = await stream.finalMessage();
    assert.equal(final.stop_reason, 'end_turn');
    assert.ok(final.usage.output_tokens > 0);
  });

  test('anthropic: count_tokens passes through', async () => {
    const counted = await anthropic('sk-anna-key').messages.countTokens({
      model: 'claude-sonnet-5',
      messages,
    });
    assert.ok(counted.input_tokens > 0);
  });

  test('a refused key reads as the SDK expects', async () => {
    await assert.rejects(
      openai('sk-nobody').chat.completions.create({ model: 'claude-sonnet-5', messages }),
      OpenAI.AuthenticationError,
    );
    await assert.rejects(
      anthropic('sk-nobody').messages.create({ model: 'claude-sonnet-5', max_tokens: 10, messages }),
      Anthropic.AuthenticationError,
    );
  });
});
