import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrices } from '../../core/pricing/prices.ts';
import { countTokens } from '../../sample-provider/answer.ts';
import { countingProvider, counts, messages, nearLimit } from './near-limit.fixture.ts';

const asTranslated = messages.map(({ role, content }) => ({
  role,
  content: [{ type: 'text', text: content }],
}));
/** Of the short question, and what is reserved for it: with the margin. Bounded by its bytes it is more than 700. */
const input = countTokens(JSON.stringify(['', asTranslated, []]));
const reserved = input + 10;

test('far from a limit nothing is counted; near it the input is, and all but the last tokens can be used', async (t) => {
  const provider = await countingProvider(t);
  const { ask, used, decisions, entries } = await nearLimit(t, provider.url, { limit: 2_000 });
  const first = await ask({ max_tokens: 100 });
  assert.equal(first.status, 200);
  assert.equal(provider.counted.length, 0);
  assert.deepEqual(decisions(), []);
  let last = first;
  while (last.status === 200) last = await ask({ max_tokens: 100 });
  assert.ok(used() <= 2_000 && 2_000 - used() <= reserved, `${used()}`);
  assert.equal(used(), provider.tokens);
  // The same question was counted once, and neither charged nor entered.
  assert.equal(provider.counted.length, 1);
  assert.equal(entries.length, provider.calls + 1);
  assert.ok(
    entries.some(({ decisions }) =>
      decisions.includes(`input counted by provider: ${input}, with its margin ${reserved}`),
    ),
  );
  const [{ headers, body }] = provider.counted as [(typeof provider.counted)[0]];
  assert.deepEqual([headers['x-api-key'], body['messages']], ['sk-upstream', asTranslated]);
});

test('the refusal says what the call needs, and how that was found', async (t) => {
  const provider = await countingProvider(t);
  const { ask } = await nearLimit(t, provider.url, { limit: reserved });
  const { status, text } = await ask();
  assert.equal(status, 429);
  const needs = `needs at least ${reserved + 1} tokens (input counted by provider)`;
  assert.ok(text.includes(needs), text);
  assert.equal(provider.calls, 0);
});

test('an answer is not cut to a few words while there is room for more', async (t) => {
  const provider = await countingProvider(t);
  const { ask, entries } = await nearLimit(t, provider.url, { limit: 760 });
  assert.equal((await ask({ max_tokens: 300 })).status, 200);
  assert.equal(entries[0]!.llm!.maxTokens, 300);
  // What is left is less, and so the answer is shorter, down to the least that the budget asks for.
  const { status } = await ask({ max_tokens: 5_000 });
  assert.equal(status, 200);
  const left = 760 - entries[0]!.budgets![0]!.used;
  assert.equal(entries[1]!.llm!.maxTokens, left - reserved);
});

test('a long answer that is shortened a little costs no question', async (t) => {
  const provider = await countingProvider(t);
  const { ask, entries } = await nearLimit(t, provider.url, { limit: 4_000 });
  assert.equal((await ask({ max_tokens: 32_000 })).status, 200);
  assert.ok(entries[0]!.llm!.maxTokens! > 3_000);
  assert.equal(provider.counted.length, 0);
});

test('a spent budget asks nobody, and one that is nearly spent not again and again', async (t) => {
  const provider = await countingProvider(t);
  let nowMs = 1_795_600_000_000;
  const options = { nowMs: () => nowMs };
  const spent = await nearLimit(t, provider.url, { limit: 5 }, { options });
  for (let n = 0; n < 20; n++) assert.equal((await spent.ask()).status, 429);
  assert.equal(provider.counted.length, 0);
  assert.match((await spent.ask()).text, /input bounded by its bytes/);

  const nearly = await nearLimit(t, provider.url, { limit: 25 }, { options });
  const asks = (words: number) =>
    nearly.ask({ messages: [{ role: 'user', content: 'x '.repeat(words) + Math.random() }] });
  assert.equal((await asks(4)).status, 429);
  assert.equal(provider.counted.length, 1);
  // Other questions that are not shorter: for a second, then for two, …
  for (let n = 4; n < 24; n++) assert.equal((await asks(n)).status, 429);
  assert.equal(provider.counted.length, 1);
  for (const [after, expected] of [
    [1_001, 2],
    [1_001, 2],
    [1_001, 3],
    [3_001, 3],
    [1_001, 4],
  ] as const) {
    nowMs += after;
    await asks(20);
    assert.equal(provider.counted.length, expected);
  }
  // A shorter one may fit.
  const short = await nearly.ask({ messages: [{ role: 'user', content: 'x' }], max_tokens: 1 });
  assert.equal(provider.counted.length, 5);
  assert.equal(short.status, 429, 'the margin does not fit');
});

test('a counter that fails leaves the refusal as it was, and is left alone', async (t) => {
  const provider = await countingProvider(t);
  let nowMs = 1_795_600_000_000;
  const { ask, decisions } = await nearLimit(
    t,
    provider.url,
    { limit: 300 },
    { options: { nowMs: () => nowMs } },
  );
  const refused = async (why: RegExp, asked: number) => {
    const before = provider.counted.length;
    const { status, text } = await ask();
    assert.equal(status, 429);
    assert.match(text, /input bounded by its bytes/);
    assert.match(decisions().join(), why);
    assert.equal(provider.counted.length - before, asked);
  };
  const failing = (status: number, body = '{}') => {
    provider.counter = (_, response) => void response.writeHead(status).end(body);
  };
  failing(400);
  await refused(/input not counted: status 400/, 1);
  await refused(/the counter is left alone for now/, 0);
  nowMs += 5_001;
  failing(200, '{"input_tokens":"many"}');
  await refused(/input not counted: status 200/, 1);
  nowMs += 5_001;
  failing(500);
  await refused(/input not counted: status 500/, 1);
  await refused(/the counter is left alone for now/, 0);
  nowMs += 5_001;
  provider.counter = (_, response) => response.destroy();
  await refused(/input not counted: /, 1);
  nowMs += 5_001;
  provider.counter = () => undefined;
  const began = Date.now();
  await refused(/input not counted: no answer in 2 s/, 1);
  assert.ok(Date.now() - began < 4_000);
  nowMs += 5_001;
  failing(404);
  await refused(/input not counted: status 404/, 1);
  nowMs += 59_000;
  await refused(/the counter is left alone for now/, 0);
  nowMs += 2_000;
  provider.counter = counts;
  assert.equal((await ask({ max_tokens: 100 })).status, 200);
});

test('few are counted at once for one budget; the same question is asked once for all who ask it', async (t) => {
  const provider = await countingProvider(t);
  const waiting: (() => void)[] = [];
  let most = 0;
  provider.counter = (tokens, response, request) => {
    waiting.push(() => counts(tokens, response, request));
    most = Math.max(most, waiting.length);
  };
  const { ask } = await nearLimit(t, provider.url, { limit: 400 });
  const all = Array.from({ length: 40 }, (_, n) =>
    ask({ max_tokens: 20, messages: [{ role: 'user', content: `Question ${n % 8}` }] }),
  );
  await Promise.race([Promise.any(all.map(async (each) => assert.equal((await each).status, 429)))]);
  provider.counter = counts;
  for (const answer of waiting) answer();
  const statuses = (await Promise.all(all)).map(({ status }) => status);
  assert.ok(most <= 4, `${most} at once`);
  assert.ok(provider.counted.length <= 8);
  assert.ok(statuses.includes(200) && statuses.every((status) => status === 200 || status === 429));
});

test('another model only if the call does not fit even when it is counted; a call that waits for room is counted too', async (t) => {
  const provider = await countingProvider(t);
  const switching = await nearLimit(t, provider.url, {
    limit: 300,
    onExceeded: { type: 'SwitchModel', model: 'claude-haiku-4-5' },
  });
  assert.equal((await switching.ask({ max_tokens: 250 })).status, 200);
  assert.equal(switching.entries[0]!.llm!.requestModel, 'claude-sonnet-5');
  assert.equal((await switching.ask({ max_tokens: 250 })).status, 200);
  const spent = switching.used();
  assert.ok(spent >= 280, `${spent}`);
  assert.equal((await switching.ask({ max_tokens: 250 })).status, 200);
  assert.equal(switching.entries.at(-1)!.llm!.requestModel, 'claude-haiku-4-5');

  const delaying = await nearLimit(t, provider.url, {
    limit: 400,
    onExceeded: { type: 'Delay', maxMs: 5_000 },
  });
  const statuses = await Promise.all(
    [1, 2, 3].map(async () => (await delaying.ask({ max_tokens: 100 })).status),
  );
  assert.deepEqual(statuses, [200, 200, 200]);
});

test('dollars: counted, and charged as priced', async (t) => {
  const provider = await countingProvider(t);
  const prices = createPrices({
    providers: { anthropic: { models: { 'claude-sonnet-5': { rates: { input: '3', output: '15' } } } } },
  });
  const limit = 3_000_000;
  const { ask, used } = await nearLimit(t, provider.url, { unit: 'usd', limit }, { options: { prices } });
  let last = await ask({ max_tokens: 50 });
  assert.equal(last.status, 200);
  while (last.status === 200) last = await ask({ max_tokens: 50 });
  assert.ok(provider.counted.length > 0);
  assert.ok(used() <= limit && limit - used() <= reserved * 3_000 + 15_000, `${used()}`);
});

test('requests and calls at once have nothing to count', async (t) => {
  const provider = await countingProvider(t);
  for (const unit of ['requests', 'concurrency'] as const) {
    const { ask } = await nearLimit(t, provider.url, { unit, limit: 0 });
    const { status, text } = await ask();
    assert.equal(status, 429);
    assert.doesNotMatch(text, /input/);
  }
  assert.equal(provider.counted.length, 0);
});

test('a call that was counted may be tried again within what it holds', async (t) => {
  const provider = await countingProvider(t);
  provider.failing = [503];
  const { ask, entries } = await nearLimit(
    t,
    provider.url,
    { limit: 300 },
    {
      traffic: { retry: { retries: 1, backoffMs: 1 } },
      options: { sleep: async () => undefined },
    },
  );
  assert.equal((await ask({ max_tokens: 200 })).status, 200);
  assert.equal(entries[0]!.attempts!.length, 2);
  assert.equal(entries[0]!.llm!.maxTokens, 200);
});
