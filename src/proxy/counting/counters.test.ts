/** The counters of Amazon and Google: signed in as the call itself, and believed as far as each says. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CredentialUnavailable } from '../../core/cloud-auth.ts';
import type { Credential } from '../../core/config/credential.ts';
import type { ProviderTarget } from '../../core/config/snapshot.ts';
import { messages, nearLimit } from './near-limit.fixture.ts';

const counted = 50;

/** Answers a path by the last word of it. */
async function cloud(t: TestContext, answers: Record<string, object>) {
  const asked: { path: string; authorization: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { authorization } = request.headers;
    asked.push({ path: request.url!, authorization, body: JSON.parse(Buffer.concat(chunks).toString()) });
    const name = /[\w-]+$/.exec(request.url!)![0];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[name]));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function world(t: TestContext, url: string, target: Partial<ProviderTarget>, signs = true) {
  const cloudAuth = {
    use: () => undefined,
    sign: async (_: Credential, { url }: { url: string }) => {
      if (!signs) throw new CredentialUnavailable('no such file: /secret');
      return { authorization: `signed ${new URL(url).pathname}` };
    },
  };
  return nearLimit(t, url, { limit: 400 }, { groups: [[target]], options: { cloudAuth } });
}

test('Bedrock: signed for its own path; what it counts is what is reserved', async (t) => {
  const usage = { inputTokens: counted, outputTokens: 30, totalTokens: counted + 30 };
  const output = { message: { role: 'assistant', content: [{ text: 'Hi' }] } };
  const { asked, url } = await cloud(t, {
    'count-tokens': { inputTokens: counted },
    converse: { output, stopReason: 'end_turn', usage },
  });
  const credential = { type: 'aws' as const, region: 'eu-central-1', service: 'bedrock' };
  const target = { provider: 'bedrock' as const, model: 'anthropic.claude-sonnet-5', credential };
  const { ask, entries } = await world(t, url, target);
  assert.equal((await ask({ max_tokens: 1_000 })).status, 200);
  const path = '/model/anthropic.claude-sonnet-5/count-tokens';
  assert.deepEqual(
    asked.map(({ path, authorization }) => [path, authorization]),
    [
      [path, `signed ${path}`],
      ['/model/anthropic.claude-sonnet-5/converse', 'signed /model/anthropic.claude-sonnet-5/converse'],
    ],
  );
  assert.equal(entries[0]!.llm!.maxTokens, 400 - counted);
  assert.deepEqual(entries[0]!.decisions, [`input counted by provider: ${counted}`]);
});

test('Gemini: with a margin', async (t) => {
  const usageMetadata = {
    promptTokenCount: counted + 1,
    candidatesTokenCount: 30,
    totalTokenCount: counted + 31,
  };
  const content = { role: 'model', parts: [{ text: 'Hi' }] };
  const { asked, url } = await cloud(t, {
    countTokens: { totalTokens: counted },
    generateContent: { candidates: [{ content, finishReason: 'STOP' }], usageMetadata },
  });
  const { ask, entries } = await world(t, url, { provider: 'gemini', model: 'gemini-3-pro' });
  assert.equal((await ask({ max_tokens: 1_000 })).status, 200);
  const { contents } = asked[0]!.body['generateContentRequest'] as { contents: object[] };
  assert.deepEqual(contents, [{ role: 'user', parts: [{ text: messages[0]!.content }] }]);
  assert.equal(entries[0]!.llm!.maxTokens, 400 - counted - 10);
  assert.equal(entries[0]!.budgets![0]!.used, counted + 31);
});

test('without its credential nobody is asked, and nothing of why is told to the client', async (t) => {
  const { asked, url } = await cloud(t, {});
  const credential = { type: 'gcp' as const };
  const vertexai = { projectId: 'p', region: 'global' };
  const target = { provider: 'vertexai' as const, model: 'gemini-3-pro', vertexai, credential };
  const { ask, decisions } = await world(t, url, target, false);
  const { status, text } = await ask();
  assert.equal(status, 429);
  assert.deepEqual(asked, []);
  assert.match(decisions()[0]!, /^input not counted: its credential is not available$/);
  assert.doesNotMatch(text, /secret|credential/);
});
