/** The order in which exchanges and calls meet, with a server that answers when the test says so. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Charge } from '../../core/budget/model.ts';
import { charges, hold } from '../accounts-conformance.ts';
import { openLeasedAccounts } from './leased-accounts.ts';
import type { Reply } from './resp.ts';
import { eventually, item } from './shared-budgets.fixture.ts';
import type { SyncRequest } from './sync-script.ts';

interface Asked extends SyncRequest {
  answer(): void;
}

/** Grants everything, and all the spare that is wanted. */
function replyTo({ generation, counters, calls }: SyncRequest): Reply {
  if (generation !== 'g') return ['generation', 'g'];
  const spare = counters.flatMap(({ x }) => [0, 0, x]);
  return ['ok', ...spare, ...calls.flatMap(({ w, i }) => [w, ...i.map(() => 0)])];
}

/** `holds`: exchanges that it is true for wait until they are answered by hand. */
function open(t: TestContext, holds: (request: SyncRequest) => boolean) {
  const asked: Asked[] = [];
  const send = (command: readonly string[]) =>
    new Promise<Reply>((resolve) => {
      const request = JSON.parse(command.find((part) => part.startsWith('{"'))!) as SyncRequest;
      const answer = () => resolve(replyTo(request));
      asked.push({ ...request, answer });
      if (!holds(request)) answer();
    });
  let used = 0;
  const accounts = openLeasedAccounts({
    connection: { send, close: () => {} },
    book: {
      charge: (all: readonly Charge[]) => {
        for (const one of all) used += one.used;
      },
      chargedTo: () => used,
    },
    process: 'p',
    owner: 'p:r:t',
    nowMs: () => performance.now(),
    newGeneration: () => 'g',
  });
  t.after(() => accounts.close());
  return { accounts, asked };
}

test('what a call used is told, though its lease was given back while the call waited for it', async (t) => {
  const items = [item({ limit: 1e9 })];
  let isHeld = false;
  const givesBack = ({ counters }: SyncRequest) =>
    counters.length > 0 && counters[0]!.x === 0 && counters[0]!.f > 0;
  const { accounts, asked } = open(t, (request) => {
    const isFirst = !isHeld && givesBack(request);
    isHeld ||= isFirst;
    return isFirst;
  });
  assert.equal(await hold(accounts, items, 100), 100);
  accounts.settle(charges(items, 100, 50), '');
  await eventually(async () => assert.equal(isHeld, true));
  const waiting = hold(accounts, items, 100);
  asked.find(givesBack)!.answer();
  assert.equal(await waiting, 100);
  accounts.settle(charges(items, 100, 70), '');
  await eventually(async () => assert.ok(asked.some(({ counters }) => counters[0]?.u[0]?.[1] === 120)));
});
