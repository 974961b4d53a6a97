/** Hundreds of calls at once to providers that fail at random in every way: the accounts are right all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totalTokens } from '../core/llm/usage.ts';
import {
  answer,
  begun,
  cutStream,
  hang,
  hangUp,
  message,
  overloaded,
  provider,
  stream,
  target,
} from './attempts.fixture.ts';
import { dataPathWorld, type Handler } from './data-path.fixture.ts';

/** Park and Miller's: the same run each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const plain: Handler[] = [
  answer(200, message),
  answer(200, message),
  answer(500, overloaded),
  answer(429, overloaded, { 'retry-after-ms': '20' }),
  answer(400, overloaded),
  hang,
  hangUp,
  (_, outgoing) => void outgoing.end('<html>'),
];
const streamed: Handler[] = [stream, stream, cutStream(''), cutStream(begun), ...plain.slice(2)];

test('every call is settled once, for the sum of its attempts, and every attempt is accounted for', async (t) => {
  const random = numbers(20_261_125);
  const pick = (behaviours: Handler[]) => behaviours[Math.floor(random() * behaviours.length)]!;
  const providers = await Promise.all(
    [0, 1, 2].map(() =>
      provider(t, (incoming, outgoing) =>
        pick(incoming.headers['x-stream'] === '1' ? streamed : plain)(incoming, outgoing),
      ),
    ),
  );
  const [a, b, c] = providers.map((each, index) =>
    target(each, { name: `ns/model/${index}`, requestTimeoutMs: 200 }),
  );
  const world = await dataPathWorld(t, {
    origin: '',
    groups: [[a!, b!], [c!]],
    traffic: { retry: { retries: 3, backoffMs: 1 } },
    options: { random, sleep: async () => undefined },
  });
  const count = 300;
  const call = async (index: number) => {
    const messages = [{ role: 'user', content: 'Say hello' }];
    const answered = await fetch(`http://127.0.0.1:${world.port}/`, {
      method: 'POST',
      headers: { 'x-stream': String(index % 2) },
      body: JSON.stringify({ messages, max_tokens: 200, stream: index % 2 === 1 }),
    });
    await answered.text().catch(() => undefined);
  };
  for (let at = 0; at < count; at += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => call(at + index)));
  await world.end();

  assert.equal(world.records.length, count);
  const made = world.records.filter(({ attempts }) => attempts !== undefined);
  const asked = made.flatMap(({ attempts }) => attempts!);
  assert.equal(
    providers.reduce((sum, { calls }) => sum + calls, 0),
    asked.length,
  );
  assert.ok(asked.length > made.length, 'something was tried again');
  for (const { id, llm, attempts, status, reason, error } of world.entries.filter(
    (entry) => entry.attempts !== undefined,
  )) {
    const parts = attempts!.reduce(
      (sum, { usage }) => sum + (usage === undefined ? 0 : totalTokens(usage)),
      0,
    );
    assert.equal(totalTokens(llm!.usage!), parts);
    assert.ok(attempts!.length <= 4);
    for (const each of attempts!.slice(0, -1)) assert.notEqual(each.outcome, 'ok');
    const told = world.records.find((record) => record.id === id)!;
    assert.deepEqual([status, reason, error], [told.status, told.reason, told.error]);
    if (status < 400) assert.equal(attempts!.at(-1)!.status, 200);
  }
  const entered = world.entries.reduce((sum, { llm }) => sum + (llm?.usage ? totalTokens(llm.usage) : 0), 0);
  assert.equal(
    world.charged.reduce((sum, tokens) => sum + tokens, 0),
    entered,
  );
  assert.equal(world.entries.filter((entry) => entry.attempts !== undefined).length, made.length);
});
