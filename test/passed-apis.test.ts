/** APIs that are passed through and charged, by OpenAI's own SDK: legacy completions, images, speech, transcription, models; rerank. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import OpenAI from 'openai';
import { addOpenAiRoute, clientWorld } from './support/client-world.ts';
import { eventually } from './support/eventually.ts';

const song = randomBytes(200_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const usage = { input_tokens: 30, output_tokens: 12, total_tokens: 42 };
const textUsage = { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 };

function json(response: ServerResponse, value: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

/** By path; each gets the body's bytes. */
const apis: Record<string, (response: ServerResponse, body: Buffer) => void> = {
  '/v1/completions': (response, body) => {
    const { stream, model } = JSON.parse(body.toString());
    if (stream !== true) return json(response, { model, choices: [{ text: 'Hello' }], usage: textUsage });
    response.setHeader('content-type', 'text/event-stream');
    for (const text of ['Hel', 'lo'])
      response.write(`data: ${JSON.stringify({ model, choices: [{ text }] })}\n\n`);
    response.end(`data: ${JSON.stringify({ model, choices: [], usage: textUsage })}\n\ndata: [DONE]\n\n`);
  },
  '/v1/images/generations': (response) => json(response, { created: 1, data: [{ b64_json: 'AAAA' }], usage }),
  '/v1/audio/speech': (response) => {
    response.setHeader('content-type', 'audio/mpeg');
    response.end(song);
  },
  '/v1/audio/transcriptions': (response, body) =>
    json(response, {
      text: sha256(body.subarray(body.indexOf(song), body.indexOf(song) + song.length)),
      usage: { type: 'tokens', ...usage },
    }),
  '/v1/rerank': (response) =>
    json(response, { results: [{ index: 0, relevance_score: 1 }], usage: { total_tokens: 42 } }),
  '/v1/models/gpt-5': (response) => json(response, { id: 'gpt-5', object: 'model' }),
};

async function provider(t: TestContext): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    assert.equal(incoming.headers.authorization, 'Bearer sk-upstream');
    apis[incoming.url!]!(outgoing, Buffer.concat(chunks));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('passed through and charged', async (t) => {
  const world = await clientWorld(t, ['--provider-url', `openai=${await provider(t)}`]);
  await addOpenAiRoute(world);
  const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${world.url}/openai/v1`, maxRetries: 0 });

  /** The one call that `use` makes, as it is in the ledger. */
  async function entry(key: string, use: (client: OpenAI) => Promise<void>) {
    await world.key(key);
    await use(client(key));
    let found: Awaited<ReturnType<typeof world.calls>> = [];
    await eventually(async () => {
      found = (await world.calls(`user=${key}`)).filter(({ llm }) => llm !== undefined);
      assert.equal(found.length, 1);
    });
    const { operation, requestModel, usage: used } = found[0]!.llm!;
    return [operation, requestModel, used?.inputTokens, used?.outputTokens, used?.estimated];
  }

  await t.test('legacy completions, plain and streaming, the chunk of usage only for who asked', async () => {
    const model = 'gpt-3.5-turbo-instruct';
    const plain = await entry('tg-text', async (openai) => {
      const answer = await openai.completions.create({ model, prompt: 'Say hello' });
      assert.deepEqual([answer.choices[0]!.text, answer.usage!.total_tokens], ['Hello', 42]);
    });
    assert.deepEqual(plain, ['text_completion', model, 30, 12, false]);
    const streamed = await entry('tg-text-stream', async (openai) => {
      let text = '';
      for await (const chunk of await openai.completions.create({
        model,
        prompt: 'Say hello',
        stream: true,
      })) {
        text += chunk.choices[0]!.text;
        assert.equal(chunk.usage, undefined);
      }
      assert.equal(text, 'Hello');
    });
    assert.deepEqual(streamed, ['text_completion', model, 30, 12, false]);
  });

  await t.test('images', async () => {
    const found = await entry('tg-image', async (openai) => {
      const answer = await openai.images.generate({ model: 'gpt-image-1', prompt: 'A cat' });
      assert.equal(answer.data![0]!.b64_json, 'AAAA');
    });
    assert.deepEqual(found, ['image', 'gpt-image-1', 30, 12, false]);
  });

  await t.test('speech: every byte arrives; what was used is estimated, and marked', async () => {
    const [operation, , input, output, estimated] = await entry('tg-speech', async (openai) => {
      const input = 'How are you today?';
      const answer = await openai.audio.speech.create({ model: 'gpt-4o-mini-tts', voice: 'alloy', input });
      assert.equal(sha256(Buffer.from(await answer.arrayBuffer())), sha256(song));
    });
    assert.deepEqual([operation, input, output, estimated], ['speech', 5, 24, true]);
  });

  await t.test('transcription: the file arrives as it was sent', async () => {
    const found = await entry('tg-hear', async (openai) => {
      const file = new File([song], 'song.mp3', { type: 'audio/mpeg' });
      const { text } = await openai.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file });
      assert.equal(text, sha256(song));
    });
    assert.deepEqual(found, ['transcription', 'gpt-4o-transcribe', 30, 12, false]);
  });

  await t.test('rerank is not OpenAI’s: refused; a custom provider has it', async () => {
    const ask = (path: string) =>
      fetch(`${world.url}${path}/v1/rerank`, {
        method: 'POST',
        headers: { authorization: 'Bearer tg-rerank' },
        body: JSON.stringify({ model: 'jina-reranker', query: 'q', documents: ['a'] }),
      });
    const found = await entry('tg-rerank', async () => {
      assert.equal((await ask('/openai')).status, 501);
      const { port } = new URL(await provider(t));
      const spec = {
        ai: {
          provider: { host: '127.0.0.1', port: Number(port), custom: { formats: [{ type: 'Rerank' }] } },
        },
        policies: { auth: { key: 'sk-upstream' } },
      };
      const namespace = 'agentgateway-system';
      const backend = {
        apiVersion: 'agentgateway.dev/v1alpha1',
        kind: 'AgentgatewayBackend',
        metadata: { name: 'openai', namespace },
        spec,
      };
      await world.cluster.apply(JSON.stringify(backend));
      await eventually(async () => assert.equal((await ask('/openai')).status, 200));
    });
    assert.deepEqual(found, ['rerank', 'jina-reranker', 42, 0, false]);
  });

  await t.test('one model: of the provider, or of those that are configured', async () => {
    await addOpenAiRoute(world);
    await world.key('tg-one');
    await eventually(async () => assert.equal((await client('tg-one').models.retrieve('gpt-5')).id, 'gpt-5'));
    const demo = new OpenAI({ apiKey: 'tg-one', baseURL: `${world.url}/v1`, maxRetries: 0 });
    assert.equal((await demo.models.retrieve('claude-sonnet-5')).owned_by, 'anthropic');
    await assert.rejects(demo.models.retrieve('gpt-5'), OpenAI.NotFoundError);
    const head = await fetch(`${world.url}/v1/models`, {
      method: 'HEAD',
      headers: { authorization: 'Bearer tg-one' },
    });
    assert.deepEqual([head.status, await head.text()], [200, '']);
  });
});
