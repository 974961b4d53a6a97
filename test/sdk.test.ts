/** The vendors' own SDKs, unmodified, against the demo. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type Gateway, removeDirectory, startGateway } from './support/gateway.ts';

interface GeminiAnswer {
  candidates: { content: { parts: { text?: string }[] }; finishReason?: string }[];
  usageMetadata?: { promptTokenCount: number; candidatesTokenCount: number; totalTokenCount: number };
}

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

  test('openai: responses, plain and streaming', async () => {
    const client = openai('sk-anna-key');
    const input = 'What is a virtual key?';
    const answer = await client.responses.create({ model: 'claude-sonnet-5', input });
    assert.equal(answer.status, 'completed');
    assert.ok(answer.output_text.length > 0);
    assert.equal(answer.usage!.total_tokens, answer.usage!.input_tokens + answer.usage!.output_tokens);
    const stream = await client.responses.create({ model: 'claude-sonnet-5', input, stream: true });
    let text = '';
    let usage: OpenAI.Responses.ResponseUsage | undefined;
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') usage = event.response.usage;
    }
    assert.ok(text.length > 0);
    assert.ok(usage!.output_tokens > 0);
  });

  test('openai: a tool is called and answered over responses', async () => {
    const client = openai('sk-anna-key');
    const tools: OpenAI.Responses.FunctionTool[] = [
      {
        type: 'function',
        name: 'weather',
        strict: false,
        parameters: { type: 'object', properties: { city: { type: 'string' } } },
      },
    ];
    const ask = { role: 'user' as const, content: 'Please use the tool.' };
    const first = await client.responses
      .stream({ model: 'claude-sonnet-5', input: [ask], tools })
      .finalResponse();
    const call = first.output.find((item) => item.type === 'function_call');
    assert.equal(call?.name, 'weather');
    const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'rain' };
    const input = [ask, ...(first.output as OpenAI.Responses.ResponseInputItem[]), result];
    const second = await client.responses.create({ model: 'claude-sonnet-5', input, tools });
    assert.ok(second.output_text.length > 0);
  });

  test('both: the models that the backend is configured for', async () => {
    const ids: string[] = [];
    for await (const model of openai('sk-anna-key').models.list()) ids.push(model.id);
    for await (const model of anthropic('sk-anna-key').models.list()) ids.push(model.id);
    assert.deepEqual(ids, ['claude-sonnet-5', 'claude-sonnet-5']);
    await assert.rejects(openai('sk-nobody').models.list().then(), OpenAI.AuthenticationError);
  });

  test('the Gemini API as its clients call it, plain and streaming', async () => {
    const ask = (method: string, key: string) =>
      fetch(`http://${gateway.address}:8080/v1beta/models/gemini-3-pro:${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
        body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'What is a virtual key?' }] }] }),
      });
    const plain = (await (await ask('generateContent', 'sk-anna-key')).json()) as GeminiAnswer;
    assert.ok(plain.candidates[0]!.content.parts[0]!.text!.length > 0);
    const { promptTokenCount, candidatesTokenCount, totalTokenCount } = plain.usageMetadata!;
    assert.equal(totalTokenCount, promptTokenCount + candidatesTokenCount);
    const streamed = await ask('streamGenerateContent?alt=sse', 'sk-anna-key');
    assert.match(streamed.headers.get('content-type')!, /text\/event-stream/);
    const chunks = (await streamed.text())
      .split('\n\n')
      .filter((event) => event.startsWith('data: '))
      .map((event) => JSON.parse(event.slice(6)) as GeminiAnswer);
    assert.ok(chunks.length > 3);
    assert.equal(chunks.at(-1)!.candidates[0]!.finishReason, 'STOP');
    assert.ok(chunks.at(-1)!.usageMetadata!.candidatesTokenCount > 0);
    assert.equal((await ask('generateContent', 'sk-nobody')).status, 401);
    const refused = await ask('streamGenerateContent', 'sk-anna-key');
    assert.deepEqual(
      [refused.status, ((await refused.json()) as { error: { status: string } }).error.status],
      [400, 'INVALID_ARGUMENT'],
    );
  });

  test('openai: what Responses can not do here names the field', async () => {
    await assert.rejects(
      openai('sk-anna-key').responses.create({
        model: 'claude-sonnet-5',
        input: 'x',
        previous_response_id: 'resp_1',
      }),
      (error) => error instanceof OpenAI.BadRequestError && error.param === 'previous_response_id',
    );
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
