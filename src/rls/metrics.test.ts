import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { labelsOf, registerRateLimitMetrics } from './metrics.ts';
import { Tallies } from './tallies.ts';

async function lines(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#') && line !== '');
}

test('names and labels are those of the original', async () => {
  const registry = new Registry();
  const tallies = new Tallies();
  const metrics = registerRateLimitMetrics(registry, tallies);
  tallies.rule('basic.one', 'total_hits', 3, false);
  tallies.rule('nested.tenant.route_chat.deep', 'over_limit', 2, false);
  tallies.rule('share.run.file_docs/*', 'near_limit', 1, false);
  tallies.serviceError();
  tallies.domainNotFound('Basic', 2);
  metrics.configLoaded(true);
  metrics.configLoaded(false);
  metrics.call('ShouldRateLimit', 3);
  const told = await lines(registry);
  for (const line of [
    'ratelimit_service_rate_limit_total_hits{domain="basic",key1="one"} 3',
    'ratelimit_service_rate_limit_over_limit{domain="nested",key1="tenant",key2="route_chat"} 2',
    'ratelimit_service_rate_limit_near_limit{domain="share",key1="run",key2="file_docs/*"} 1',
    'ratelimit_service_rate_limit_domain_not_found{domain="Basic"} 2',
    'ratelimit_service_should_rate_limit_error{err_type="service_error"} 1',
    'ratelimit_service_config_load_success 1',
    'ratelimit_service_config_load_error 1',
    'ratelimit_service_total_requests{grpc_method="ShouldRateLimit"} 1',
    'ratelimit_service_response_time_seconds_bucket{le="0.005",grpc_method="ShouldRateLimit"} 1',
    'ratelimit_service_global_shadow_mode 0',
  ])
    assert.ok(told.includes(line), `${line}\n${told.join('\n')}`);
  assert.deepEqual(await lines(registry), told, 'reading counts nothing');
});

test('statsd cuts names at dots, but not those of an address', () => {
  assert.deepEqual(labelsOf('d.ip_10.0.0.1.path_a:b|c'), {
    domain: 'd',
    key1: 'ip_10_0_0_1',
    key2: 'path_a_b_c',
  });
  assert.deepEqual(labelsOf('wild.regexish_a.c*'), { domain: 'wild', key1: 'regexish_a', key2: 'c*' });
  assert.deepEqual(labelsOf('d.'), { domain: 'd', key1: '' });
});

test('values of calls can not make the tables grow without end; configured rules always have their place', () => {
  const tallies = new Tallies();
  for (let n = 0; n < 100_000; n++) {
    tallies.rule(`d.anything_${n}`, 'total_hits', 1, true);
    tallies.domainNotFound(`domain ${n}`, 1);
  }
  tallies.rule(`d.${'x'.repeat(1_000_000)}`, 'total_hits', 1, true);
  tallies.rule('d.configured', 'total_hits', 1, false);
  const { rules, domainsNotFound } = tallies.read();
  assert.equal(rules.length, 1_002);
  assert.equal(domainsNotFound.length, 101);
  assert.equal(rules.find(([path]) => path === 'd.other')![1][0], 99_001);
  assert.equal(rules.find(([path]) => path === 'd.configured')![1][0], 1);
});

test('what a thread drains is added once to another', () => {
  const [worker, main] = [new Tallies(), new Tallies()];
  assert.equal(worker.drain(), undefined);
  for (let round = 0; round < 2; round++) {
    worker.rule('d.k', 'within_limit', 5, false);
    worker.storeError();
    worker.domainNotFound('x', 1);
    main.add(structuredClone(worker.drain()!));
    assert.equal(worker.drain(), undefined);
  }
  const { rules, domainsNotFound, events } = main.read();
  assert.deepEqual(rules, [['d.k', [0, 0, 0, 10, 0, 0, 0]]]);
  assert.deepEqual(domainsNotFound, [['x', 2]]);
  assert.deepEqual(events, { redis_error: 2 });
});
