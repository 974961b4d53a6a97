import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createRateLimitClient } from '../src/rls/client.ts';
import { eventually } from './support/eventually.ts';
import { type Gateway, removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

interface Answer {
  statuses: { limitRemaining?: number }[];
  responseHeadersToAdd: { key: string }[];
}

const rules = (requests: number | string) =>
  `domain: files\ndescriptors:\n- key: user\n  rate_limit: {unit: day, requests_per_unit: ${requests}}\n`;

suite('the rate limit service of a running gateway, configured from a directory', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'limits.yaml');
  let gateway: Gateway;

  const text = async (port: number, path: string) =>
    (await fetch(`http://${gateway.address}:${port}${path}`)).text();
  const ask = async (user: string) => {
    const answer = await fetch(`http://${gateway.address}:18080/json`, {
      method: 'POST',
      body: JSON.stringify({ domain: 'files', descriptors: [{ entries: [{ key: 'user', value: user }] }] }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };

  before(async () => {
    writeFileSync(file, rules(3));
    gateway = await startGateway({
      args: ['--ratelimit-config', directory, '--rls-http-port', '18080'],
      env: { LIMIT_RESPONSE_HEADERS_ENABLED: 'true' },
    });
  });
  after(async () => {
    await gateway.stop();
    removeDirectory(gateway.dataDir);
    removeDirectory(directory);
  });

  test('HTTP and gRPC count together, headers as the environment asks for', async () => {
    const first = await ask('mike');
    assert.equal(first.body.statuses[0]!.limitRemaining, 2);
    assert.deepEqual(
      first.body.responseHeadersToAdd.map(({ key }) => key),
      ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'],
    );
    const client = createRateLimitClient({
      addresses: [`${gateway.address}:8081`],
      tls: false,
      deadlineMs: 2_000,
    });
    const descriptors = [{ entries: [{ key: 'user', value: 'mike' }], hitsAddend: 2 }];
    const second = await client.shouldRateLimit({ domain: 'files', descriptors });
    client.close();
    assert.equal(second.statuses[0]!.limitRemaining, 0);
    assert.equal((await ask('mike')).status, 429);
    assert.equal(await text(18080, '/healthcheck'), 'OK');
  });

  test('a bad change keeps what was in force and says so; a good one is taken; counters survive both', async () => {
    writeFileSync(file, rules('"5"'));
    await eventually(async () =>
      assert.match(gateway.output(), /limits\.yaml: error loading config file: yaml: unmarshal errors/),
    );
    assert.match(await text(18080, '/rlconfig'), /^files\.user: unit=DAY requests_per_unit=3,/);
    assert.match(await text(15020, '/metrics'), /^ratelimit_service_config_load_error 1$/m);
    writeFileSync(file, rules(9));
    await eventually(async () => assert.match(await text(18080, '/rlconfig'), /requests_per_unit=9,/));
    assert.equal((await ask('mike')).body.statuses[0]!.limitRemaining, 4);
    mkdirSync(join(directory, 'more'));
    writeFileSync(join(directory, 'more', 'other.yaml'), 'domain: more\ndescriptors: [{key: k}]');
    await eventually(async () => assert.match(gateway.output(), /"domains":\["files","more"\]/));
    rmSync(join(directory, 'more'), { recursive: true });
  });

  test('metrics have the names of the original', async () => {
    const metrics = await text(15020, '/metrics');
    assert.match(metrics, /^ratelimit_service_rate_limit_total_hits\{domain="files",key1="user"\} 5$/m);
    assert.match(metrics, /^ratelimit_service_rate_limit_over_limit\{domain="files",key1="user"\} 1$/m);
    assert.match(metrics, /^ratelimit_service_total_requests\{grpc_method="ShouldRateLimit"\} 1$/m);
  });
});
