/** Providers that fail are left out for a while, and come back; over real sockets, with a clock of the test's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, ask, message, overloaded, provider, retry, target, twoGroups } from './attempts.fixture.ts';
import { dataPathWorld } from './data-path.fixture.ts';

test('the client’s own faults are neither tried again nor held against the provider', async (t) => {
  const a = await provider(t, answer(400, overloaded));
  const b = await provider(t, answer(200, message));
  const world = await twoGroups(t, a, b);
  for (let i = 0; i < 8; i++) assert.equal((await ask(world)).status, 400);
  assert.deepEqual([a.calls, b.calls], [8, 0]);
});

test('without a retry a call has one attempt; a provider that keeps failing is left out, and comes back', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  let nowMs = Date.now();
  const world = await twoGroups(t, a, b, { traffic: {}, options: { nowMs: () => nowMs } });
  for (let i = 0; i < 5; i++) assert.equal((await ask(world)).status, 500);
  for (let i = 0; i < 3; i++) assert.equal((await ask(world)).status, 200);
  assert.deepEqual([a.calls, b.calls], [5, 3]);
  nowMs += 2_999;
  await ask(world);
  assert.equal(a.calls, 5);
  nowMs += 1;
  assert.equal((await ask(world)).status, 500);
  assert.equal((await ask(world)).status, 200);
  nowMs += 6_000;
  a.behave(answer(200, message));
  assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 7);
  await world.end();
  const ejections = world.records.flatMap(({ attempts }) =>
    attempts!.flatMap((each) => each.ejectedMs ?? []),
  );
  assert.deepEqual(ejections, [3_000, 6_000]);
});

test('a provider that says when to come back is not asked before', async (t) => {
  const a = await provider(t, answer(429, overloaded, { 'retry-after': '20' }));
  let nowMs = Date.now();
  const world = await dataPathWorld(t, {
    origin: a.url,
    groups: [[target(a)]],
    traffic: { retry },
    options: { nowMs: () => nowMs },
  });
  const first = await ask(world);
  assert.deepEqual([first.status, first.headers.get('retry-after')], [429, '20']);
  nowMs += 5_000;
  const second = await ask(world);
  assert.deepEqual(
    [second.status, second.text, second.headers.get('retry-after')],
    [503, 'no healthy backends', '15'],
  );
  assert.equal(a.calls, 1);
  nowMs += 15_000;
  a.behave(answer(200, message));
  assert.equal((await ask(world)).status, 200);
});

test('an unhealthy answer is what the condition says', async (t) => {
  const a = await provider(t, answer(404, overloaded));
  const b = await provider(t, answer(200, message));
  const health = { ejectionMs: 3_000, unhealthyCondition: 'response.code == 404' };
  const groups = [[target(a, { health })], [target(b)]];
  const world = await dataPathWorld(t, { origin: a.url, groups });
  assert.equal((await ask(world)).status, 404);
  assert.equal((await ask(world)).status, 200);
});

test('a change of the configuration does not bring back a provider that is out', async (t) => {
  const a = await provider(t, answer(500, overloaded));
  const b = await provider(t, answer(200, message));
  const world = await twoGroups(t, a, b);
  for (let i = 0; i < 5; i++) assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 5);
  await world.reapply();
  assert.equal((await ask(world)).status, 200);
  assert.equal(a.calls, 5);
});
