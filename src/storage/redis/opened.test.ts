/** A start over a server without the budgets' figures: told how long nothing is granted, and over when calls are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../../../test/support/free-port.ts';
import { BudgetsSettling } from '../../core/budget/settling.ts';
import { hold } from '../accounts-conformance.ts';
import { untilOpened } from './opened.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';
import { item, world, worldOver } from './shared-budgets.fixture.ts';

const nowMs = () => performance.now();
const items = [item()];

test('an empty server: refused with the time that is left; once it is open the first call passes', {
  skip: noRedis,
}, async (t) => {
  const settlingMs = 700;
  const { machine } = await world(t);
  const one = await machine('one', { settlingMs });
  await assert.rejects(hold(one.accounts, items, 0), (error) => {
    assert.ok(error instanceof BudgetsSettling);
    assert.ok(error.openInMs > 0 && error.openInMs <= settlingMs, `${error.openInMs} ms`);
    assert.match(error.message, /new or lost data/);
    return true;
  });
  const told: object[] = [];
  await untilOpened(one.agent, { absentMs: 0, nowMs, log: { warn: (fields) => void told.push(fields) } });
  assert.equal(await hold(one.accounts, items, 0), 0);
  assert.equal(told.length, 1);
  // Who starts later waits for nothing.
  const two = await machine('two', { settlingMs });
  assert.equal(two.agent.openInMs, 0);
  assert.equal(await hold(two.accounts, items, 0), 0);
});

test('a server that is away keeps nobody from starting, one that comes up meanwhile is waited for', {
  skip: noRedis,
}, async (t) => {
  const port = await freePort();
  const machine = worldOver(t, `redis://127.0.0.1:${port}`);
  const one = await machine('one', { settlingMs: 300 });
  const log = { warn: () => {} };
  await untilOpened(one.agent, { absentMs: 150, nowMs, log });
  assert.equal(one.agent.openInMs, undefined);
  const opened = untilOpened(one.agent, { absentMs: 60_000, nowMs, log });
  const redis = await startRedis({ port });
  t.after(() => redis.stop());
  await opened;
  assert.equal(await hold(one.accounts, items, 0), 0);
});
