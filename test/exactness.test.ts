/** What was charged equals what the provider reported, to the token, after 1,000 requests at once. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Agent } from 'undici';
import { adminToken } from './support/ask-admin.ts';
import { clusterClient } from './support/cluster-client.ts';
import { removeDirectory, root, startGateway, temporaryDirectory } from './support/gateway.ts';
import { startSampleProcess } from './support/sample-provider.ts';

const scenario = (file: string) => readFileSync(join(root, 'testdata/scenario', file), 'utf8');

test('1,000 concurrent requests, half of them streams: the counter equals the sum of the reported usage', async (t) => {
  const provider = await startSampleProcess();
  const scratch = temporaryDirectory();
  const gateway = await startGateway({ args: ['--demo', '--provider-url', `anthropic=${provider.url}`] });
  t.after(async () => {
    await gateway.stop();
    await provider.stop();
    removeDirectory(gateway.dataDir);
    removeDirectory(scratch);
  });
  const cluster = await clusterClient(gateway.kubeconfig, scratch);
  await cluster.apply(
    scenario('30-ratelimit-config.yaml').replace('requests_per_unit: 100', 'requests_per_unit: 100000000'),
  );
  await untilLimitIs(gateway.address, '100000000');

  const before = await charged(gateway);
  const reportedBefore = await provider.usage();
  const dispatcher = new Agent({ connections: 200, pipelining: 1 });
  const answers = await Promise.all(
    Array.from({ length: 1000 }, async (_, index) => {
      const answer = await fetch(`http://${gateway.address}:8080/anthropic`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-mike-key', 'content-type': 'application/json' },
        body: JSON.stringify({
          messages: [{ role: 'user', content: `Question ${index}: ${'why '.repeat(index % 40)}` }],
          stream: index % 2 === 1,
        }),
        dispatcher,
      } as RequestInit);
      await answer.text();
      return answer.status;
    }),
  );
  await dispatcher.close();
  assert.deepEqual(new Set(answers), new Set([200]));
  const reported = await provider.usage();
  assert.equal(reported.requests - reportedBefore.requests, 1000);
  const sum =
    reported.inputTokens + reported.outputTokens - reportedBefore.inputTokens - reportedBefore.outputTokens;
  assert.equal((await charged(gateway)) - before, sum);
});

/** The counter, read from the admin API. */
async function charged(gateway: { address: string; dataDir: string }): Promise<number> {
  const token = adminToken(gateway);
  const answer = await fetch(`http://${gateway.address}:15000/api/v1/counters?prefix=token-budgets_`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(answer.status, 200);
  const { counters } = (await answer.json()) as { counters: { value: number }[] };
  return counters.reduce((sum, counter) => sum + counter.value, 0);
}

async function untilLimitIs(address: string, limit: string): Promise<void> {
  const deadline = Date.now() + 3_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://${address}:8080/anthropic`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-mike-key', 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Is the new limit in force?' }] }),
    });
    await answer.text();
    if (answer.headers.get('x-ratelimit-limit') === limit) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the limit did not become ${limit}`);
}
