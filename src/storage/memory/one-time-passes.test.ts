import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createPassDesk, OneTimePasses } from './one-time-passes.ts';

/** Two threads, as they share a flag through a message. */
function world() {
  const clock = { nowMs: 1_000_000 };
  const nowMs = () => clock.nowMs;
  const threads = [new OneTimePasses(nowMs), new OneTimePasses(nowMs)] as const;
  const desk = createPassDesk({
    randomBytes,
    nowMs,
    tell: async (pass) => {
      for (const thread of threads) thread.add(pass);
    },
  });
  return { clock, threads, desk };
}

const sha = (value: string) => hash('sha256', value);

test('a pass opens what its key opens once, in whichever thread it is shown', async () => {
  const { threads, desk } = world();
  const [first, second] = threads;
  const mike = await desk.issue('hash-of-mike');
  const anna = await desk.issue('hash-of-anna');
  assert.equal(second.take(sha(mike.value)), 'hash-of-mike');
  assert.equal(second.take(sha(mike.value)), undefined);
  assert.equal(first.take(sha(mike.value)), undefined);
  assert.equal(first.take(sha(anna.value)), 'hash-of-anna');
  assert.notEqual(mike.value, anna.value);
});

test('neither after its time, nor once it was taken back, nor by its hash or its key’s', async () => {
  const { clock, threads, desk } = world();
  const [first, second] = threads;
  const late = await desk.issue('hash');
  clock.nowMs += 10_000;
  assert.equal(first.take(sha(late.value)), undefined);
  const ended = await desk.issue('hash');
  ended.end();
  assert.equal(first.take(sha(ended.value)), undefined);
  const used = await desk.issue('hash');
  assert.equal(first.take(sha(sha(used.value))), undefined);
  assert.equal(first.take('hash'), undefined);
  clock.nowMs += 9_999;
  assert.equal(second.take(sha(used.value)), 'hash');
});
