/** Google's own SDK, unmodified, against a provider that speaks another dialect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Content, GoogleGenAI, Type } from '@google/genai';
import { clientWorld, type Tokens } from './support/client-world.ts';

const model = 'gemini-3-pro';
const contents = 'What is a virtual key?';
const tools = [
  {
    functionDeclarations: [
      { name: 'weather', parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
    ],
  },
];

type Reported = { promptTokenCount?: number; candidatesTokenCount?: number } | undefined;
const tokensOf = (usage: Reported): Tokens => ({
  input: usage!.promptTokenCount!,
  output: usage!.candidatesTokenCount!,
});

test('@google/genai', async (t) => {
  const world = await clientWorld(t);
  const client = (apiKey: string) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: world.url } }).models;

  await t.test('plain', async () => {
    let seen: Tokens | undefined;
    const { tokens } = await world.accounted('tg-genai', async () => {
      const answer = await client('tg-genai').generateContent({ model, contents });
      assert.match(answer.text!, /^Tollgate sample provider/);
      seen = tokensOf(answer.usageMetadata);
    });
    assert.deepEqual(seen, tokens);
  });

  await t.test('streaming', async () => {
    let seen: Tokens | undefined;
    let text = '';
    const { tokens, records } = await world.accounted('tg-genai-stream', async () => {
      for await (const chunk of await client('tg-genai-stream').generateContentStream({ model, contents })) {
        text += chunk.text ?? '';
        if (chunk.usageMetadata !== undefined) seen = tokensOf(chunk.usageMetadata);
      }
    });
    assert.match(text, /^Tollgate sample provider.*real provider\.$/);
    assert.deepEqual(seen, tokens);
    assert.equal(records[0]!.llm!.streaming, true);
  });

  await t.test('a tool is called and its result answered', async () => {
    const seen: Tokens = { input: 0, output: 0 };
    const { tokens, records } = await world.accounted('tg-genai-tools', async () => {
      const asked: Content[] = [{ role: 'user', parts: [{ text: 'Please use the tool.' }] }];
      const generate = async (contents: Content[]) => {
        const answer = await client('tg-genai-tools').generateContent({ model, contents, config: { tools } });
        const { input, output } = tokensOf(answer.usageMetadata);
        seen.input += input;
        seen.output += output;
        return answer;
      };
      const first = await generate(asked);
      const call = first.functionCalls![0]!;
      assert.deepEqual([call.name, call.args], ['weather', { city: 'sample' }]);
      const result = { functionResponse: { id: call.id!, name: 'weather', response: { sky: 'rain' } } };
      const second = await generate([
        ...asked,
        first.candidates![0]!.content!,
        { role: 'user', parts: [result] },
      ]);
      assert.equal(second.functionCalls, undefined);
      assert.ok(second.text!.length > 0);
    });
    assert.equal(records.length, 2);
    assert.deepEqual(seen, tokens);
  });

  await t.test('tokens are counted by the provider, and a count costs nothing', async () => {
    const { records } = await world.accounted('tg-genai-count', async () => {
      const { totalTokens } = await client('tg-genai-count').countTokens({ model, contents });
      assert.ok(totalTokens! > 5);
    });
    assert.deepEqual(records, []);
  });

  await t.test('a refusal reads as the SDK expects', async () => {
    await assert.rejects(client('tg-nobody').generateContent({ model, contents }), { status: 401 });
  });
});
