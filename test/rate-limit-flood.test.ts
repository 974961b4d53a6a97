import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRateLimitClient } from '../src/rls/client.ts';
import { budgetWorld } from './support/budget-world.ts';
import { removeDirectory, temporaryDirectory } from './support/gateway.ts';

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024;
}

test('a gRPC peer with 100,000 distinct descriptors is refused its own counters only', {
  skip: process.platform === 'linux' ? false : 'resident memory is read from /proc',
}, async (t) => {
  const directory = temporaryDirectory();
  t.after(() => removeDirectory(directory));
  writeFileSync(
    join(directory, 'limits.yaml'),
    'domain: token-budgets\ndescriptors: [{key: user_id, rate_limit: {unit: day, requests_per_unit: 1000000}}]',
  );
  const world = await budgetWorld(t, ['--ratelimit-config', directory]);
  await world.key('tg-own', {}, { owner: 'tg-own' });
  await world.budget('own', {
    selector: { matchLabels: { owner: 'tg-own' } },
    limit: { requests: 1_000 },
    window: { lifetime: true },
  });
  assert.equal((await world.ask('tg-own')).status, 200);
  const { address, pid } = world.gateway;
  const before = residentMiB(pid);
  const peer = createRateLimitClient({ addresses: [`${address}:8081`], tls: false, deadlineMs: 10_000 });
  let refused = 0;
  for (let call = 0; call < 1_000; call++) {
    const descriptors = Array.from({ length: 100 }, (_, n) => ({
      entries: [{ key: 'user_id', value: `stranger-${call}-${n}` }],
    }));
    await Promise.resolve(peer.shouldRateLimit({ domain: 'token-budgets', descriptors })).catch((error) => {
      assert.match(String(error), /peers may have no more than \d+ rate limit counters/);
      refused++;
    });
  }
  assert.ok(refused > 500, `${refused} calls were refused`);
  assert.ok(residentMiB(pid) - before < 128, `${before} MiB before, ${residentMiB(pid)} MiB after`);
  for (let call = 0; call < 5; call++) assert.equal((await world.ask('tg-own')).status, 200);
  // The walkthrough's own limit by user, which counts in the same table.
  await world.key('tg-new', { metadata: { user_id: 'tg-new' } });
  assert.equal((await world.ask('tg-new')).status, 200);
  const known = [{ entries: [{ key: 'user_id', value: 'stranger-0-0' }], hitsAddend: 0 }];
  const answer = await peer.shouldRateLimit({ domain: 'token-budgets', descriptors: known });
  assert.equal(answer.statuses.length, 1);
  peer.close();
});
