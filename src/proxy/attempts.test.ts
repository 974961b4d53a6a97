/** Several providers, several attempts, over real sockets: who is asked, what is charged, what the record tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../test/support/free-port.ts';
import type { RetryPolicy } from '../core/resilience/model.ts';
import {
  answer,
  ask,
  begun,
  completion,
  cutStream,
  event,
  hang,
  hangUp,
  message,
  overloaded,
  provider,
  retry,
  stream,
  target,
  twoGroups,
} from './attempts.fixture.ts';
import { dataPathWorld, type Handler } from './data-path.fixture.ts';

const failures: { name: string; first: Handler; body?: object; outcome: string; charged: boolean }[] = [
  { name: '500', first: answer(500, overloaded), outcome: 'refused', charged: false },
  {
    name: '429 with Retry-After',
    first: answer(429, overloaded, { 'retry-after': '30' }),
    outcome: 'refused',
    charged: false,
  },
  { name: 'a connection closed before the answer', first: hangUp, outcome: 'failed', charged: true },
  { name: 'no answer in time', first: hang, outcome: 'failed', charged: true },
  {
    name: 'an answer that is no JSON',
    first: (_, o) => void o.end('<html>'),
    outcome: 'failed',
    charged: true,
  },
  {
    name: 'a stream cut before its first byte',
    first: cutStream(''),
    body: { stream: true },
    outcome: 'failed',
    charged: true,
  },
];

test('a failed attempt is followed by one at the next group; one settlement charges both', async (t) => {
  for (const { name, first, body, outcome, charged } of failures) {
    await t.test(name, async (t) => {
      const a = await provider(t, first);
      const b = await provider(t, body === undefined ? answer(200, message) : stream);
      const world = await twoGroups(t, a, b, {
        groups: [
          [target(a, { name: 'ns/model/a', requestTimeoutMs: 80 })],
          [target(b, { name: 'ns/model/b' })],
        ],
      });
      const answered = await ask(world, body);
      assert.equal(answered.status, 200);
      assert.deepEqual([a.calls, b.calls], [1, 1]);
      await world.end();
      const [entry] = world.entries;
      assert.equal(world.entries.length, 1);
      const [one, two] = entry!.attempts!;
      assert.equal(entry!.attempts!.length, 2);
      assert.deepEqual([one!.provider, one!.outcome], ['ns/model/a', outcome]);
      assert.deepEqual([two!.provider, two!.outcome, two!.status], ['ns/model/b', 'ok', 200]);
      assert.equal(entry!.status, 200);
      assert.deepEqual(world.records[0]!.attempts!.length, 2);
      assert.equal(one!.usage?.estimated, charged ? true : undefined);
      assert.ok(one!.durationMs >= 0 && two!.startedAfterMs >= one!.startedAfterMs);
      const parts = [one!.usage, two!.usage].map((u) => (u ? u.inputTokens + u.outputTokens : 0));
      const { inputTokens, outputTokens, estimated } = entry!.llm!.usage!;
      assert.equal(inputTokens + outputTokens, parts[0]! + parts[1]!);
      assert.equal(parts[1], 120);
      assert.equal(parts[0]! > 0, charged);
      assert.equal(estimated, charged);
      assert.deepEqual(world.charged, [parts[0]! + 120]);
      assert.equal(world.records[0]!.error, undefined);
    });
  }
});

test('a provider that is nobody is passed over; nothing is charged for it', async (t) => {
  const b = await provider(t, answer(200, message));
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const world = await dataPathWorld(t, {
    origin: b.url,
    groups: [[target({ ...b, url: nobody })], [target(b)]],
    traffic: { retry },
  });
  assert.equal((await ask(world)).status, 200);
  assert.deepEqual(world.charged, [120]);
});

test('nothing is tried again once a byte has reached the client', async (t) => {
  const a = await provider(t, cutStream(begun));
  const b = await provider(t, stream);
  const world = await twoGroups(t, a, b);
  const { status, text } = await ask(world, { stream: true });
  assert.equal(status, 200);
  assert.match(text, /words/);
  assert.match(text, /error/);
  await world.end();
  assert.deepEqual([a.calls, b.calls], [1, 0]);
  const [entry] = world.entries;
  assert.equal(entry!.attempts!.length, 1);
  assert.equal(entry!.attempts![0]!.outcome, 'failed');
  assert.equal(world.charged.length, 1);
  assert.ok(world.charged[0]! >= 140);
});

test('codes, condition and precondition decide what is tried again', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  const cases: [more: Partial<RetryPolicy>, status: number][] = [
    [{ codes: [503] }, 500],
    [{ codes: [500] }, 200],
    [{ condition: 'response.code == 500 && llm.requestModel == "claude-sonnet-5"' }, 200],
    [{ condition: 'response.headers["x-again"] == "1"' }, 500],
    [{ precondition: 'request.method == "GET"' }, 500],
    [{ precondition: 'request.method == "POST"' }, 200],
  ];
  for (const [more, status] of cases) {
    const world = await twoGroups(t, a, b, { traffic: { retry: { ...retry, ...more } } });
    assert.equal((await ask(world)).status, status, JSON.stringify(more));
  }
});

test('the next provider may speak another dialect and serve another model', async (t) => {
  const a = await provider(t, answer(529, overloaded));
  const b = await provider(t, answer(200, completion));
  const world = await dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a)], [target(b, { provider: 'openai', model: 'gpt-5.1' })]],
    traffic: { retry },
  });
  const { status, text } = await ask(world);
  assert.equal(status, 200);
  assert.equal(JSON.parse(text).choices[0].message.content, 'Hello');
  await world.end();
  const { llm, attempts, endpoint } = world.records[0]!;
  assert.deepEqual([llm!.provider, llm!.requestModel, endpoint], ['openai', 'gpt-5.1', b.url.slice(7)]);
  assert.deepEqual(
    attempts!.map(({ model }) => model),
    ['claude-sonnet-5', 'gpt-5.1'],
  );
  assert.deepEqual(world.charged, [15]);
});

test('a stream that begins with an error is a refusal: tried again where the error may pass, else given as it is', async (t) => {
  const refusing = (type: string) => streamOf(event('error', { error: { type, message: 'not now' } }));
  const a = await provider(t, refusing('overloaded_error'));
  const b = await provider(t, stream);
  const world = await twoGroups(t, a, b);
  const answered = await ask(world, { stream: true });
  assert.equal(answered.status, 200);
  assert.match(answered.text, /words/);
  assert.doesNotMatch(answered.text, /not now/);
  a.behave(refusing('invalid_request_error'));
  const given = await ask(world, { stream: true });
  assert.match(given.text, /not now/);
  assert.deepEqual([a.calls, b.calls], [2, 1]);
  await world.end();
  assert.deepEqual(
    world.entries.map(({ attempts }) =>
      attempts!.map(({ outcome, status, usage }) => [outcome, status, usage?.outputTokens]),
    ),
    [
      [
        ['refused', 529, undefined],
        ['ok', 200, 80],
      ],
      [['refused', 400, undefined]],
    ],
  );
  assert.deepEqual(world.charged, [120]);
  assert.match(world.records[1]!.error!, /begins with an error: invalid_request/);
});

/** A whole stream of this text. */
function streamOf(text: string): Handler {
  return (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.end(text);
  };
}

test('weights of a group: 9 to 1 of many calls; a retry and a spare serve when the others fail', async (t) => {
  const [a, b, spare] = [
    await provider(t, answer(200, message)),
    await provider(t, answer(200, message)),
    await provider(t, answer(200, message)),
  ];
  let drawn = 0;
  const world = await twoGroups(t, a, b, {
    // As even as can be.
    options: { random: () => (drawn++ * 0.618_033_988_75) % 1 },
    groups: [
      [
        target(a, { name: 'ns/model/a', weight: 9 }),
        target(b, { name: 'ns/model/b', weight: 1 }),
        target(spare, { name: 'ns/model/spare', weight: 0 }),
      ],
    ],
  });
  const calls = 200;
  for (let n = 0; n < calls; n++) assert.equal((await ask(world)).status, 200);
  assert.ok(b.calls >= 15 && b.calls <= 25, `${b.calls} of ${calls} went to b`);
  assert.deepEqual([a.calls + b.calls, spare.calls], [calls, 0]);
  const failing = answer(500, overloaded);
  a.behave(failing);
  b.behave(failing);
  const served = await Promise.all(Array.from({ length: 30 }, () => ask(world)));
  assert.ok(served.some(({ status }) => status === 200));
  assert.ok(spare.calls > 0);
  await world.end();
});
