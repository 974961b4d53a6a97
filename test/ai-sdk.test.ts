/** The Vercel AI SDK, unmodified: its OpenAI chat, OpenAI responses and Anthropic providers, one after the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import {
  APICallError,
  generateText,
  jsonSchema,
  type LanguageModel,
  stepCountIs,
  streamText,
  tool,
} from 'ai';
import { clientWorld, type Tokens } from './support/client-world.ts';

const weather = tool({
  description: 'Weather of a city',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  }),
  execute: async ({ city }) => ({ city, sky: 'rain' }),
});

type Reported = { inputTokens: number | undefined; outputTokens: number | undefined };
const tokensOf = ({ inputTokens, outputTokens }: Reported): Tokens => ({
  input: inputTokens!,
  output: outputTokens!,
});
const question = { prompt: 'What is a virtual key?', maxRetries: 0 };
/** The SDK repeats the tool's round by itself. */
const round = {
  prompt: 'Please use the tool.',
  tools: { weather },
  stopWhen: stepCountIs(3),
  maxRetries: 0,
  // By default it refers to items of earlier answers by id, which only a provider that stores them understands.
  providerOptions: { openai: { store: false } },
};

test('Vercel AI SDK', async (t) => {
  const world = await clientWorld(t);
  const id = 'claude-sonnet-5';
  const dialects: Record<string, (key: string) => LanguageModel> = {
    chat: (apiKey) => createOpenAI({ apiKey, baseURL: `${world.url}/v1` }).chat(id),
    responses: (apiKey) => createOpenAI({ apiKey, baseURL: `${world.url}/v1` }).responses(id),
    messages: (apiKey) => createAnthropic({ apiKey, baseURL: `${world.url}/v1` })(id),
  };

  await t.test('responses: items that nobody keeps are refused with the way out', async () => {
    await world.key('tg-ai-kept');
    await assert.rejects(
      generateText({ model: dialects['responses']!('tg-ai-kept'), ...round, providerOptions: {} }),
      (error) =>
        APICallError.isInstance(error) && /this provider keeps no items.*`store: false`/.test(error.message),
    );
  });

  for (const [dialect, modelFor] of Object.entries(dialects)) {
    const key = (name: string) => `tg-ai-${dialect}-${name}`;

    await t.test(`${dialect}: generateText`, async () => {
      let seen: Tokens | undefined;
      const { tokens } = await world.accounted(key('plain'), async () => {
        const answer = await generateText({ model: modelFor(key('plain')), ...question });
        assert.match(answer.text, /^Tollgate sample provider/);
        assert.equal(answer.finishReason, 'stop');
        seen = tokensOf(answer.usage);
      });
      assert.deepEqual(seen, tokens);
    });

    await t.test(`${dialect}: streamText`, async () => {
      let seen: Tokens | undefined;
      const { tokens, records } = await world.accounted(key('stream'), async () => {
        const answer = streamText({ model: modelFor(key('stream')), ...question });
        let text = '';
        for await (const piece of answer.textStream) text += piece;
        assert.match(text, /^Tollgate sample provider.*real provider\.$/);
        seen = tokensOf(await answer.usage);
      });
      assert.deepEqual(seen, tokens);
      assert.equal(records[0]!.llm!.streaming, true);
    });

    await t.test(`${dialect}: tools, generateText and streamText`, async () => {
      const seen: Tokens[] = [];
      const { tokens, records } = await world.accounted(key('tools'), async () => {
        const plain = await generateText({ model: modelFor(key('tools')), ...round });
        assert.deepEqual(plain.steps[0]!.toolResults[0]!.output, { city: 'sample', sky: 'rain' });
        assert.equal(plain.finishReason, 'stop');
        seen.push(tokensOf(plain.totalUsage));
        const streamed = streamText({ model: modelFor(key('tools')), ...round });
        await streamed.consumeStream();
        const steps = await streamed.steps;
        assert.deepEqual(steps[0]!.toolResults[0]!.output, { city: 'sample', sky: 'rain' });
        seen.push(tokensOf(await streamed.totalUsage));
      });
      assert.equal(records.length, 4);
      const sum = { input: seen[0]!.input + seen[1]!.input, output: seen[0]!.output + seen[1]!.output };
      assert.deepEqual(sum, tokens);
    });

    await t.test(`${dialect}: a refusal reads as the SDK expects`, async () => {
      await assert.rejects(
        generateText({ model: modelFor('tg-nobody'), ...question }),
        (error) => APICallError.isInstance(error) && error.statusCode === 401,
      );
    });
  }
});
