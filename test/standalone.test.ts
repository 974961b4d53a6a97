/**
 * agentgateway's standalone configuration, loaded unchanged: the documented example of budgets per key against a provider that
 * reports what the guide's does (one token in, `max_tokens` out), names of models, and changes of the file while it runs.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, root, startGateway, temporaryDirectory } from './support/gateway.ts';

interface Asked {
  path: string;
  model: string;
  credential: string;
}

async function mockProvider(t: TestContext): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { model, max_tokens, max_completion_tokens } = JSON.parse(text);
    const completion = max_tokens ?? max_completion_tokens ?? 16;
    asked.push({ path: incoming.url!, model, credential: incoming.headers.authorization ?? '' });
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end(
      JSON.stringify({
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model,
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hello!' },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: completion, total_tokens: 1 + completion },
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const catalog = {
  providers: { openai: { models: { 'gpt-5': { rates: { input: '10.0', output: '30.0' } } } } },
};
const guide = readFileSync(join(root, 'testdata/standalone/per-key-budgets.yaml'), 'utf8');

interface World {
  gateway: Gateway;
  provider: Awaited<ReturnType<typeof mockProvider>>;
  path: string;
  say(model: string | undefined, key?: string, maxTokens?: number): Promise<{ status: number; body: Answer }>;
  write(text: string): void;
}
interface Answer {
  model?: string;
  error?: { code: string; message: string; param?: string };
  data?: { id: string }[];
}

async function world(t: TestContext, text: string): Promise<World> {
  const directory = temporaryDirectory();
  t.after(() => removeDirectory(directory));
  const path = join(directory, 'config.yaml');
  writeFileSync(join(directory, 'catalog.json'), JSON.stringify(catalog));
  writeFileSync(path, text);
  const provider = await mockProvider(t);
  const gateway = await startGateway({
    args: ['--config', path, '--provider-url', `openai=${provider.url}`],
    env: { OPENAI_API_KEY: 'sk-of-the-provider' },
  });
  t.after(async () => {
    await gateway.stop();
    removeDirectory(gateway.dataDir);
  });
  let later = Date.now();
  return {
    gateway,
    provider,
    path,
    say: async (model, key, max_tokens = 100) => {
      const answer = await fetch(`http://${gateway.address}:4000/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ model, max_tokens, messages: [{ role: 'user', content: 'Hello!' }] }),
      });
      const said = await answer.text();
      return { status: answer.status, body: said.startsWith('{') ? (JSON.parse(said) as Answer) : {} };
    },
    write: (changed) => {
      writeFileSync(path, changed);
      later += 5_000;
      utimesSync(path, new Date(), new Date(later));
    },
  };
}

suite('standalone configuration', () => {
  test('the guide to budgets per key: the same answers', async (t) => {
    const { say, provider, gateway } = await world(t, guide);
    const a = 'sk-team-a-abc123def456';
    assert.equal((await say('gpt-5', a)).status, 200);
    assert.equal(provider.asked[0]?.credential, 'Bearer sk-of-the-provider');
    const denied = await say('claude-sonnet-5', a);
    assert.deepEqual([denied.status, denied.body.error?.code], [403, 'model_not_allowed']);
    // $0.00301 a call against $0.008: the third call crosses the limit, the fourth is refused.
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await say('gpt-5', a)).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    const over = await say('gpt-5', a);
    assert.deepEqual([over.status, over.body.error?.code], [429, 'budget_exceeded']);
    // 101 tokens a call against 250: an audit goes on.
    for (let i = 0; i < 4; i++) assert.equal((await say('gpt-5', 'sk-team-b-xyz789uvw012')).status, 200);
    assert.equal((await say('gpt-5')).status, 401, 'mode strict');
    assert.equal((await say('gpt-5', 'sk-nobody')).status, 401);
    assert.equal(provider.asked.length, 7);
    assert.doesNotMatch(gateway.output(), /sk-team-|sk-of-the-provider/, 'no value is logged');
  });

  test('names of models: aliases, patterns, hidden ones, weights, the list', async (t) => {
    const { say, provider, gateway } = await world(
      t,
      `
llm:
  policies:
    apiKey:
      keys:
      - {key: sk-smart-only, metadata: {user: ann}, allowedModels: [smart]}
  models:
  - {name: smart, provider: openAI, params: {model: gpt-5.5, apiKey: $OPENAI_API_KEY}}
  - {name: openai/*, provider: openAI, params: {apiKey: $OPENAI_API_KEY}, transformation: {model: 'llmRequest.model.stripPrefix("openai/")'}}
  - {name: inner, visibility: internal, provider: openAI, params: {model: gpt-inner, apiKey: $OPENAI_API_KEY}}
  virtualModels:
  - {name: mixed, routing: {weighted: {targets: [{model: smart, weight: 0}, {model: inner, weight: 1}]}}}
`,
    );
    const asked = async (model: string, key?: string) => {
      const { status, body } = await say(model, key);
      return status === 200 ? provider.asked.at(-1)!.model : body.error?.code;
    };
    assert.equal(await asked('smart'), 'gpt-5.5', 'no key is asked for in mode optional');
    assert.equal(await asked('openai/gpt-5-mini'), 'gpt-5-mini');
    assert.equal(await asked('inner'), 'model_not_found');
    assert.equal(await asked('mixed'), 'gpt-inner');
    assert.equal(await asked('smart', 'sk-smart-only'), 'gpt-5.5', 'keys allow names as clients know them');
    assert.equal(await asked('openai/gpt-5.5', 'sk-smart-only'), 'model_not_allowed');
    const nameless = await say(undefined);
    assert.deepEqual([nameless.status, nameless.body.error?.param], [400, 'model']);
    assert.equal((await say('smart', 'sk-unknown')).status, 401, 'a wrong key is refused all the same');
    const list = async (headers: Record<string, string>) => {
      const answer = await fetch(`http://${gateway.address}:4000/v1/models`, { headers });
      return ((await answer.json()) as Answer).data!.map(({ id }) => id);
    };
    assert.deepEqual(await list({}), ['smart', 'mixed']);
    assert.deepEqual(await list({ authorization: 'Bearer sk-smart-only' }), ['smart']);
  });

  test('a change is taken over, an invalid one is not, and what left the file is gone', async (t) => {
    const { say, write, gateway, path } = await world(t, guide);
    const b = 'sk-team-b-xyz789uvw012';
    assert.equal((await say('gpt-5', b)).status, 200);
    write(guide.replace('apiKey:\n      mode', 'apiKey:\n      mood'));
    await eventually(
      () => assert.match(gateway.output(), /llm\.policies\.apiKey\.mood is not supported; nearest: mode/),
      15_000,
    );
    assert.equal((await say('gpt-5', b)).status, 200, 'the one before stays in force');
    write(guide.replaceAll(b, 'sk-team-b-new'));
    await eventually(async () => assert.equal((await say('gpt-5', b)).status, 401), 15_000);
    assert.equal((await say('gpt-5', 'sk-team-b-new')).status, 200);
    write(guide.replace(/ {6}- key: sk-team-b[\s\S]*?onBudgetExceeded: Audit\n/, ''));
    await eventually(async () => assert.equal((await say('gpt-5', 'sk-team-b-new')).status, 401), 15_000);
    assert.equal(readFileSync(path, 'utf8').includes('sk-team-b'), false);
  });

  test('what is invalid at the start ends it, with every fault in a line of its own', async (t) => {
    const text = 'llm:\n  models:\n  - {name: a, provider: openia}\n  - {nam: b, provider: openai}\n';
    await assert.rejects(world(t, text), (error: Error) => {
      assert.match(error.message, /llm\.models\[0\]\.provider "openia" is not supported; nearest: openai/);
      assert.match(error.message, /llm\.models\[1\]\.nam is not supported; nearest: name/);
      return true;
    });
  });
});
