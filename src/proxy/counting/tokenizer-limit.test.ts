/** Against an upstream that reports what OpenAI's own tokenizer counts, in the way that OpenAI says it frames messages. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { translateRequest } from '../../core/llm/translate.ts';
import type { TranslateRequest } from '../../core/llm/translate-contract.ts';
import { nearLimit } from './near-limit.fixture.ts';

interface Asked {
  messages: { role: string; content: string }[];
  max_completion_tokens: number;
}

async function openAi(t: TestContext) {
  const reported = { calls: 0, tokens: 0 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    const prompt_tokens = body.messages.reduce(
      (sum, { role, content }) => sum + 3 + countTokens(role) + countTokens(content),
      3,
    );
    // As much as it may, but for those whose answer is short.
    const completion_tokens = Math.min(body.max_completion_tokens, 40 + (prompt_tokens % 200));
    const total_tokens = prompt_tokens + completion_tokens;
    reported.calls++;
    reported.tokens += total_tokens;
    const message = { role: 'assistant', content: 'x' };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const usage = { prompt_tokens, completion_tokens, total_tokens };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'x', object: 'chat.completion', model: 'gpt-5', choices, usage }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { reported, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const vendor = 'https://api.openai.com';

/** As if OpenAI were at another address. */
const servedAt =
  (url: string): TranslateRequest =>
  (call) => {
    const result = translateRequest({ ...call, target: { ...call.target, origin: vendor } });
    if (result.ok) result.call.url = result.call.url.replace(vendor, url);
    return result;
  };

const words =
  'Who pays for what was asked last month and how do we find that out before the month has ended'.split(' ');
const sizes = [120, 60, 400, 900, 250, 80];
const question = (n: number) => {
  const content = Array.from(
    { length: sizes[n % sizes.length]! },
    (_, at) => words[(at * 5 + n) % words.length]!,
  );
  return {
    max_completion_tokens: 100 + (n % 4) * 100,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: content.join(' ') },
    ],
  };
};

test('calls at once against small budgets, counted by the public tokenizer: never passed, at least 95 % used', async (t) => {
  const { url, reported } = await openAi(t);
  for (const limit of [3_000, 30_000]) {
    const before = reported.tokens;
    const { ask, used, entries } = await nearLimit(
      t,
      url,
      { limit },
      {
        groups: [[{ provider: 'openai', model: 'gpt-5', name: 'openai' }]],
        options: { translateRequest: servedAt(url) },
      },
    );
    const burst = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => (await ask(question(n))).status),
    );
    assert.ok(burst.every((status) => status === 200 || status === 429));
    let last = '';
    for (let n = 0, refused = 0; refused < 12; n++) {
      const { status, text } = await ask(question(n));
      refused = status === 200 ? 0 : refused + 1;
      last = text;
    }
    const spent = reported.tokens - before;
    t.diagnostic(`${spent} of ${limit} tokens, ${((100 * spent) / limit).toFixed(1)} %`);
    assert.equal(used(), spent);
    assert.ok(spent <= limit && spent >= 0.95 * limit, `${spent} of ${limit}`);
    const told = entries.flatMap(({ decisions }) => decisions).join('\n');
    assert.match(told, /input counted by tokenizer o200k_base: \d+$/m);
    assert.match(last, /budget_exceeded/);
  }
});
