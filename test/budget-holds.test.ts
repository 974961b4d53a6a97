/** What a call under way holds is seen one by one, and can be given back while the call goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';

interface HoldView {
  id: string;
  key: string;
  group: string;
  reserved: number;
  since: string;
}

const budget = 'budgets/agentgateway-system/tg-held';
const usage = { input_tokens: 5, output_tokens: 7 };
const message = {
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'Hi' }],
  usage,
};

test('holds of two threads are listed and released; the released call is charged all the same', async (t) => {
  const waiting: ServerResponse[] = [];
  const provider = createServer((incoming, outgoing) => {
    incoming.resume();
    waiting.push(outgoing);
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  t.after(() => provider.close());
  const url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const world = await budgetWorld(t, ['--workers', '2', '--provider-url', `anthropic=${url}`]);
  t.after(() => provider.closeAllConnections());
  const finish = () => {
    for (const outgoing of waiting.splice(0)) {
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(message));
    }
  };
  await world.key('tg-held', {}, { owner: 'tg-held' });
  const selector = { matchLabels: { owner: 'tg-held' } };
  await world.budget('tg-held', { selector, limit: { requests: 2 } });
  const holds = async () => (await world.admin<{ items: HoldView[] }>(`${budget}/holds`)).items;

  const began = Date.now();
  const both = [world.ask('tg-held'), world.ask('tg-held')];
  await eventually(() => Promise.resolve(assert.equal(waiting.length, 2)));
  const [first, second] = await holds();
  assert.equal(first?.reserved, 1);
  assert.equal(first?.key, 'VirtualKey/agentgateway-system/tg-held');
  assert.ok(Math.abs(Date.parse(first.since) - began) < 10_000);
  assert.notEqual(first.id, second?.id);
  assert.equal((await world.ask('tg-held')).status, 429);

  assert.equal(await release(world, first.id), 204);
  assert.equal(await release(world, first.id), 404);
  assert.deepEqual(
    (await holds()).map(({ id }) => id),
    [second?.id],
  );
  const third = world.ask('tg-held');
  await eventually(() => Promise.resolve(assert.equal(waiting.length, 3)));
  finish();
  for (const answer of await Promise.all([...both, third])) assert.equal(answer.status, 200);
  assert.deepEqual(await holds(), []);
  const { counters } = await world.admin<{ counters: { used: number; reserved: number }[] }>(budget);
  assert.deepEqual([counters[0]?.used, counters[0]?.reserved], [3, 0]);
});

async function release(world: BudgetWorld, id: string): Promise<number> {
  return world.adminStatus('DELETE', `${budget}/holds/${id}`);
}
