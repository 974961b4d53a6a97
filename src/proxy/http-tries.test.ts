/** Retries of plain HTTP backends over real sockets. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../test/support/free-port.ts';
import type { RouteRule } from '../core/config/snapshot.ts';
import { answer, hangUp, provider, retry } from './attempts.fixture.ts';
import { dataPathWorld } from './data-path.fixture.ts';

function world(t: TestContext, origins: string[], traffic: Partial<RouteRule['traffic']>) {
  const backend = { type: 'http' as const, name: 'ns/web', origins };
  const sleep = async () => undefined;
  return dataPathWorld(t, { origin: '', backend, traffic, options: { sleep, random: () => 0 } });
}

async function post(port: number): Promise<string> {
  const answered = await fetch(`http://127.0.0.1:${port}/x`, { method: 'POST', body: 'hello' });
  return `${answered.status} ${await answered.text()}`;
}

test('another address is asked where there is one, else the same again', async (t) => {
  const good = await provider(t, answer(200, 'good'));
  for (const bad of [answer(503, 'bad'), hangUp]) {
    const failing = await provider(t, bad);
    const two = await world(t, [failing.url, good.url], { retry });
    assert.equal(await post(two.port), '200 "good"');
    assert.equal(failing.calls, 1);
    await two.end();
    assert.match(two.records[0]!.decisions.join(), /^retry 1: after (503|no answer)$/);
    const one = await world(t, [failing.url], { retry: { ...retry, retries: 2 } });
    assert.match(await post(one.port), /^503 /);
    assert.equal(failing.calls, 4);
  }
  const nobody = `http://127.0.0.1:${await freePort()}`;
  assert.equal(await post((await world(t, [nobody, good.url], { retry })).port), '200 "good"');
});

test('without a retry, or for a status that is not tried again, the first answer stands', async (t) => {
  const good = await provider(t, answer(200, 'good'));
  const failing = await provider(t, answer(503, 'bad'));
  assert.equal(await post((await world(t, [failing.url, good.url], {})).port), '503 "bad"');
  const codes = { retry: { ...retry, codes: [500] } };
  assert.equal(await post((await world(t, [failing.url, good.url], codes)).port), '503 "bad"');
  assert.equal(good.calls, 0);
});
