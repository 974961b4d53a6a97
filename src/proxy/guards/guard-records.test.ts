/** What a guard's word means for the record and for the provider: the ledger says it, and nobody is ejected for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Guard, PromptGuard } from '../../core/guard/model.ts';
import { begun, message, type Provider, provider, stream, target } from '../attempts.fixture.ts';
import { dataPathWorld, type Handler, type World } from '../data-path.fixture.ts';

const rejection = { statusCode: 422, message: 'not here' };
const rejects: Guard = {
  check: { type: 'regex', action: 'Reject', builtins: [], matches: ['words'] },
  scope: ['SystemPrompt', 'Messages'],
  rejection,
};

/** One failure ejects. */
const health = { consecutiveFailures: 1, ejectionMs: 60_000 };

async function guarded(t: TestContext, guards: Partial<PromptGuard>, answer: Handler, more: object = {}) {
  const upstream = await provider(t, answer);
  const promptGuard = { source: 'ns/guard', request: [], response: [], ...guards };
  const groups = [[target(upstream, { health })]];
  const world = await dataPathWorld(t, {
    origin: upstream.url,
    groups,
    traffic: { promptGuard, retry: { retries: 2, backoffMs: 1 } },
    ...more,
  });
  return { world, upstream };
}

async function ask(world: World, body: object, path = '/v1/chat/completions', init: RequestInit = {}) {
  const answered = await fetch(`http://127.0.0.1:${world.port}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
  });
  return { status: answered.status, text: await answered.text() };
}

const question = { messages: [{ role: 'user', content: 'x' }], max_tokens: 200 };
const plain: Handler = (_, outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify({ ...message, content: [{ type: 'text', text: 'many words' }] }));
};

function stands(world: World, upstream: Provider, error: RegExp, status: number) {
  const [entry] = world.entries;
  assert.match(entry!.error ?? '', error);
  assert.deepEqual([entry!.status, entry!.reason], [status, 'Guardrail']);
  assert.equal(entry!.attempts!.length, 1);
  assert.deepEqual([entry!.attempts![0]!.outcome, entry!.attempts![0]!.ejectedMs], ['ok', undefined]);
  assert.equal(entry!.llm!.usage!.outputTokens > 0, true);
  assert.equal(upstream.calls, 1);
}

test('a rejected answer: charged, told in the ledger, not tried again, not held against the provider', async (t) => {
  const { world, upstream } = await guarded(t, { response: [rejects] }, plain);
  assert.equal((await ask(world, question)).status, 422);
  stands(world, upstream, /not here/, 422);
  // It is asked again: it was not left out.
  await ask(world, question);
  assert.equal(upstream.calls, 2);
});

test('a rejected stream is the same', async (t) => {
  const { world, upstream } = await guarded(t, { response: [rejects] }, stream);
  const { status, text } = await ask(world, { ...question, stream: true });
  assert.equal(status, 200);
  assert.match(text, /not here/);
  stands(world, upstream, /not here/, 200);
  await ask(world, { ...question, stream: true });
  assert.equal(upstream.calls, 2);
});

test('a stream that is held, under a webhook that says no, is the same', async (t) => {
  const webhook = createServer((incoming, outgoing) => {
    incoming.resume();
    incoming.on('end', () => outgoing.end('{"action":{"body":"not this","status_code":451,"reason":"r"}}'));
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  t.after(() => webhook.close());
  const origins = [`http://127.0.0.1:${(webhook.address() as AddressInfo).port}`];
  const check = { type: 'webhook' as const, origins, headers: {}, forward: [], failOpen: false };
  const { world, upstream } = await guarded(t, { response: [{ ...rejects, check }] }, stream);
  assert.equal((await ask(world, { ...question, stream: true })).status, 451);
  stands(world, upstream, /not this/, 451);
});

test('a stream that is held and never ends is given up when it is too large', async (t) => {
  const endless: Handler = (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(begun);
    const more = () => {
      while (outgoing.writable && outgoing.write(`: ${'x'.repeat(10_000)}\n\n${begun}`));
    };
    outgoing.on('drain', more);
    more();
  };
  const check = { type: 'webhook' as const, origins: [], headers: {}, forward: [], failOpen: false };
  const limits = {
    maxResponseBytes: 200_000,
    maxRequestBytes: 100_000,
    headersTimeoutMs: 5_000,
    abandonedGraceMs: 50,
  };
  const { world } = await guarded(t, { response: [{ ...rejects, check }] }, endless, { options: { limits } });
  const { status, text } = await ask(world, { ...question, stream: true });
  assert.equal(status, 502);
  assert.match(text, /larger than/);
});

test('a provider that breaks off inside a stream is held to account, guards or not', async (t) => {
  const cut: Handler = (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.end(begun);
  };
  const { world } = await guarded(t, {}, cut);
  await ask(world, { ...question, stream: true });
  const [attempt] = world.entries[0]!.attempts!;
  assert.equal(attempt!.outcome, 'failed');
  assert.match(world.entries[0]!.error!, /failed/);
});

test('a part that no guard can read is refused by its name, and nothing is asked', async (t) => {
  const { world, upstream } = await guarded(t, { request: [rejects] }, plain);
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const { status, text } = await ask(world, { messages: [{ role: 'user', content: [image] }] });
  assert.equal(status, 403);
  assert.match(text, /can not read messages\[0\]\.content\[0\] \(image_url\)/);
  assert.equal(upstream.calls, 0);
});

test('an answer that no guard can read is not asked for', async (t) => {
  const upstream = await provider(t, plain);
  const openai = { provider: 'openai' as const, model: 'gpt-audio', credential: undefined };
  const world = await dataPathWorld(t, {
    origin: upstream.url,
    groups: [[{ ...target(upstream), ...openai } as never]],
    traffic: { promptGuard: { source: 'ns/guard', request: [], response: [rejects] } },
  });
  const { status, text } = await ask(world, { ...question, modalities: ['text', 'audio'] });
  assert.equal(status, 403);
  assert.match(text, /can not read answers in what modalities asks for/);
  assert.equal(upstream.calls, 0);
});

test('prompts of pictures are guarded, their answers can not be', async (t) => {
  const openai = { provider: 'openai' as const, model: 'gpt-image-1', credential: undefined };
  const picture: Handler = (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'application/json' });
    outgoing.end('{"data":[{"b64_json":"AAAA"}],"usage":{"input_tokens":3,"output_tokens":9}}');
  };
  const upstream = await provider(t, picture);
  const world = async (guards: Partial<PromptGuard>) => {
    const promptGuard = { source: 'ns/guard', request: [], response: [], ...guards };
    const backend = await dataPathWorld(t, {
      origin: upstream.url,
      groups: [[{ ...target(upstream), ...openai } as never]],
      traffic: { promptGuard },
    });
    return (body: object, init?: RequestInit) => ask(backend, body, '/v1/images/generations', init);
  };
  const request = await world({ request: [rejects] });
  assert.equal((await request({ prompt: 'a cat' })).status, 200);
  assert.equal((await request({ prompt: 'many words' })).status, 422);
  const form = new FormData();
  form.set('prompt', 'many words');
  const asForm = await request({}, { body: form });
  assert.equal(asForm.status, 403);
  assert.match(asForm.text, /no JSON object/);
  const both = await world({ response: [rejects] });
  assert.match(
    (await both({ prompt: 'a cat' })).text,
    /can not read answers to calls of the kind ImageGenerations/,
  );
});
