/** Two gateways over one Redis: whoever guesses at one has used up the tries of both. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { noRedis, startRedis } from '../src/storage/redis/redis-server.fixture.ts';
import { type Gateway, removeDirectory, startGateway } from './support/gateway.ts';

async function logIn({ address }: Gateway): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://${address}:15000/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'mike', password: 'not his password' }),
  });
  return { status: answer.status, text: await answer.text() };
}

test('ten failed logins at one gateway are ten at the other', {
  skip: noRedis,
}, async (t: TestContext) => {
  const redis = await startRedis();
  t.after(() => redis.stop());
  const gateways: Gateway[] = [];
  t.after(async () => {
    for (const gateway of gateways) {
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
  });
  const env = { TOLLGATE_REDIS_URL: redis.url };
  for (let n = 0; n < 2; n++) gateways.push(await startGateway({ env }));
  const [one, two] = gateways as [Gateway, Gateway];
  // Both begin in one minute of the clock, as it takes much less than half of one.
  const secondsLeft = () => 60 - (Math.floor(Date.now() / 1_000) % 60);
  while (secondsLeft() < 20) await new Promise((resolve) => setTimeout(resolve, 500));
  for (let n = 0; n < 10; n++) assert.equal((await logIn(one)).status, 401);
  const refused = await logIn(two);
  assert.equal(refused.status, 429, refused.text);
  assert.match(refused.text, /too many failed logins: try again in \d+ s/);
});
