import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { dailyBudget } from '../core/budget/budget.fixture.ts';
import type { BudgetStanding } from '../core/budget/standing.ts';
import type { AttemptRecord, RequestRecord } from '../core/record.ts';
import { registerBudgetMetrics } from './budget-metrics.ts';
import { callRecord } from './call-record.fixture.ts';
import { isRefused, registerConfigurationMetrics } from './configuration-metrics.ts';
import { expose } from './exposition.ts';
import { GatewayMetrics } from './metrics.ts';
import { defaultMetricsSettings } from './metrics-settings.ts';

const llm = callRecord.llm!;
const openMetrics = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
const text = (registry: Registry, accept?: string) => expose(registry, accept).then((shown) => shown.text);

/** Samples of one metric as `labels → value`. */
function samples(exposition: string, name: string): [labels: string, value: number][] {
  const line = new RegExp(`^${name}(?:\\{(.*?)\\})? (\\S+)`, 'gm');
  return [...exposition.matchAll(line)].map(([, labels = '', value]) => [labels, Number(value)]);
}
const sum = (found: [string, number][]) => found.reduce((total, [, value]) => total + value, 0);

test('spend and tokens by the labels of choice, as the records say', async () => {
  const metrics = new GatewayMetrics({
    ...defaultMetricsSettings,
    labels: ['user', 'team', 'cost-centre', 'tier'],
  });
  metrics.observe(callRecord);
  metrics.observe({ ...callRecord, llm: { ...llm, costNano: undefined as never } });
  metrics.observe({ ...callRecord, llm: undefined as never, status: 429, reason: 'Budget' });
  metrics.observe({ ...callRecord, key: undefined as never, llm: undefined as never, status: 404 });
  const shown = await text(metrics.registry);
  const labels = 'user="mike",team="platform",cost_centre="4711",tier="3"';
  assert.deepEqual(samples(shown, 'tollgate_tokens_total'), [
    [`${labels},token_type="input"`, 80],
    [`${labels},token_type="output"`, 160],
    [`${labels},token_type="input_cache_read"`, 20],
  ]);
  assert.deepEqual(samples(shown, 'tollgate_cost_usd_total'), [[labels, 0.00132]]);
  assert.deepEqual(samples(shown, 'tollgate_unpriced_calls_total'), [[labels, 1]]);
  assert.deepEqual(samples(shown, 'tollgate_calls_total'), [
    [`${labels},outcome="ok"`, 2],
    [`${labels},outcome="refused"`, 1],
  ]);
});

test('tokens of every kind that a call used, and no series of those it did not', async () => {
  const metrics = new GatewayMetrics({ ...defaultMetricsSettings, labels: ['user'] });
  const media = { audioInput: 30, cachedAudio: 4, imageOutput: 7 };
  const usage = { ...llm.usage!, cacheWriteTokens: 9, cacheWrite1hTokens: 3, reasoningTokens: 5, media };
  metrics.observe({ ...callRecord, llm: { ...llm, usage } });
  const shown = samples(await text(metrics.registry), 'tollgate_tokens_total');
  assert.deepEqual(Object.fromEntries(shown.map(([labels, value]) => [labels.split('"')[3], value])), {
    input: 40,
    output: 80,
    input_cache_read: 10,
    input_cache_write: 9,
    input_cache_read_audio: 4,
    input_cache_write_1h: 3,
    input_audio: 30,
    output_reasoning: 5,
    output_image: 7,
  });
});

test('labels that come out as one name are refused at the start', () => {
  for (const labels of [['cost-centre', 'cost_centre'], ['outcome']])
    assert.throws(() => new GatewayMetrics({ ...defaultMetricsSettings, labels }), /twice/);
});

test('callers make a bounded number of series, and nothing is lost in the sums', async () => {
  const settings = { ...defaultMetricsSettings, labels: ['user', 'model', 'session'], labelValues: 50 };
  const metrics = new GatewayMetrics(settings);
  const calls = 20_000;
  for (let n = 0; n < calls; n++) {
    const key = { id: `k${n}`, user: `u${n % 3_000}`, metadata: { session: `s${n}` }, labels: {} };
    metrics.observe({ ...callRecord, key, llm: { ...llm, requestModel: `m${n % 700}` } });
  }
  const shown = await text(metrics.registry);
  assert.equal(sum(samples(shown, 'tollgate_calls_total')), calls);
  assert.equal(sum(samples(shown, 'tollgate_tokens_total')), calls * 130);
  assert.ok(samples(shown, 'tollgate_calls_total').length <= 2_001);
  assert.ok(samples(shown, 'gen_ai_client_token_usage_count').length <= 2 * 1_001);
  assert.ok(samples(shown, 'agentgateway_gen_ai_client_cost_usd_total').length <= 1_001);
});

test("OpenTelemetry's names and buckets; a call that no provider was asked for is not among them", async () => {
  const metrics = new GatewayMetrics();
  metrics.observe(callRecord);
  metrics.observe({ ...callRecord, status: 429, reason: 'Budget' });
  const unreachable = { ...callRecord, status: 503, reason: 'UpstreamFailure', error: 'Connect: failed' };
  metrics.observe(unreachable);
  const shown = await text(metrics.registry);
  const bounds = (name: string) =>
    [...new Set(samples(shown, `${name}_bucket`).map(([labels]) => /le="([^"]+)"/.exec(labels)![1]!))].map(
      Number,
    );
  const powers = (of: number, scale = 1) => Array.from({ length: 14 }, (_, n) => of ** n / scale);
  assert.deepEqual(bounds('gen_ai_client_token_usage').slice(0, -1), powers(4));
  assert.deepEqual(bounds('gen_ai_server_request_duration_seconds').slice(0, -1), powers(2, 100));
  assert.equal(bounds('gen_ai_server_time_to_first_token_seconds')[0], 0.001);
  assert.deepEqual(
    samples(shown, 'gen_ai_server_request_duration_seconds_count').map(([labels, value]) => [
      /error_type="(\w*)"/.exec(labels)![1],
      /server_address="127.0.0.1",server_port="19001"/.test(labels),
      value,
    ]),
    [
      ['', true, 1],
      ['unreachable', true, 1],
    ],
  );
  assert.deepEqual(
    samples(shown, 'tollgate_provider_calls_total').map(([labels, value]) => [
      /outcome="(\w+)"/.exec(labels)![1],
      value,
    ]),
    [
      ['ok', 1],
      ['unreachable', 1],
    ],
  );
});

test('how providers took calls', async () => {
  const cases: [Partial<RequestRecord>, string][] = [
    [{ status: 429, reason: 'Upstream', error: 'the provider answered 429' }, 'rate_limited'],
    [{ status: 500, reason: 'Upstream', error: 'the provider answered 500' }, 'server_error'],
    [{ status: 400, reason: 'Upstream', error: 'the provider answered 400' }, 'rejected'],
    [{ status: 504, reason: 'UpstreamFailure', error: 'no answer in time' }, 'timeout'],
    [{ status: 502, reason: 'UpstreamFailure', error: 'cut' }, 'broken'],
    [{ status: 200, error: 'the connection was cut inside the answer' }, 'broken'],
    [{ status: 200, error: 'the client left inside the stream' }, 'abandoned'],
  ];
  const metrics = new GatewayMetrics();
  for (const [change] of cases) metrics.observe({ ...callRecord, ...change });
  const shown = await text(metrics.registry);
  for (const [, outcome] of cases)
    assert.match(shown, new RegExp(`tollgate_provider_calls_total\\{[^}]*outcome="${outcome}"`));
});

test('of a call with several attempts each provider has its own outcome', async () => {
  const metrics = new GatewayMetrics();
  const attempt = (name: string, fields: Partial<AttemptRecord>): AttemptRecord => ({
    provider: `ns/anthropic/${name}`,
    startedAfterMs: 0,
    durationMs: 5,
    outcome: 'failed',
    ...fields,
  });
  const attempts = [
    attempt('a', { error: 'Connect: Connection refused' }),
    attempt('b', { outcome: 'refused', status: 529 }),
    attempt('c', { error: 'no answer in time' }),
    attempt('d', { outcome: 'ok', status: 200 }),
  ];
  metrics.observe({ ...callRecord, attempts });
  const shown = samples(await text(metrics.registry), 'tollgate_provider_calls_total');
  assert.deepEqual(
    shown.map(([labels]) => labels),
    ['unreachable', 'server_error', 'timeout', 'ok'].map(
      (outcome, n) => `provider="${'abcd'[n]}",backend="ns/anthropic",outcome="${outcome}"`,
    ),
  );
});

test('OpenMetrics when asked for: exemplars with trace ids, the same names and values', async () => {
  const metrics = new GatewayMetrics();
  metrics.observe(callRecord);
  const plain = await expose(metrics.registry, 'text/plain, */*');
  assert.equal(plain.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  const open = await expose(metrics.registry, openMetrics);
  assert.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.ok(open.text.endsWith('\n# EOF\n'));
  const exemplar =
    /^gen_ai_server_request_duration_seconds_bucket\{le="1\.28",.*\} 1 # \{trace_id="4bf92f3577b34da6a3ce929d0e0e4736"\} 0\.9 \d+(\.\d+)?$/m;
  assert.match(open.text, exemplar);
  assert.doesNotMatch(plain.text, /trace_id/);
  const sample =
    /^[a-z_]+(\{[a-z_]+="(?:[^"\\]|\\.)*"(,[a-z_]+="(?:[^"\\]|\\.)*")*\})? \S+( # \{.*\} \S+ \S+)?$/;
  for (const line of open.text.split('\n').filter((one) => one !== '' && !one.startsWith('#')))
    assert.match(line, sample);
  const series = (shown: string) =>
    shown
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('process_'))
      .map((line) => line.replace(/ # .*/, '').replaceAll(/le="(\d+)\.0"/g, 'le="$1"'))
      .sort();
  assert.deepEqual(series(open.text), series(plain.text));
  assert.match(open.text, /^# TYPE agentgateway_requests counter$/m);
  // And after it the other format is as it was.
  assert.match(await text(metrics.registry), /^# TYPE agentgateway_requests_total counter$/m);
});

const standing = (group: string, used: number, unit: BudgetStanding['unit'] = 'tokens'): BudgetStanding => ({
  group,
  unit,
  limit: 1_000,
  used,
  reserved: 5,
  remaining: Math.max(0, 995 - used),
  resetsAtSeconds: 1_764_115_200,
});

test('budgets: the fullest counters, the rest as one, dollars as dollars, none without a counter', async () => {
  const registry = new Registry();
  const budgets = [
    dailyBudget({ name: 'ns/daily', unit: 'tokens', limit: 1_000 }),
    dailyBudget({ name: 'ns/money', unit: 'usd', limit: 25_000_000_000 }),
    dailyBudget({ name: 'ns/unused', unit: 'requests', limit: 7 }),
  ];
  const standings = new Map([
    ['ns/daily', [standing('anna', 900), standing('mike', 800), standing('other', 70), standing('zoe', 30)]],
    ['ns/money', [{ ...standing('', 1_500_000_000, 'usd'), limit: 25_000_000_000 }]],
  ]);
  registerBudgetMetrics(registry, 2, async () => ({ budgets, standings, nowMs: Date.UTC(2026, 10, 25) }));
  const shown = await text(registry);
  assert.deepEqual(samples(shown, 'tollgate_budget_used'), [
    ['budget="ns/daily",unit="tokens",group="anna"', 900],
    ['budget="ns/daily",unit="tokens",group="mike"', 800],
    ['budget="ns/daily",unit="tokens",group="other"', 100],
    ['budget="ns/money",unit="usd",group=""', 1.5],
    ['budget="ns/unused",unit="requests",group=""', 0],
  ]);
  assert.deepEqual(
    samples(shown, 'tollgate_budget_limit').map(([, limit]) => limit),
    [1_000, 1_000, 2_000, 25, 7],
  );
  assert.deepEqual(
    samples(shown, 'tollgate_budget_reserved').map(([, reserved]) => reserved),
    [5, 5, 10, 5e-9, 0],
  );
});

test('budgets whose counters can not be read have no figures, and the rest of the metrics stays', async () => {
  const { registry } = new GatewayMetrics();
  let broken = false;
  registerBudgetMetrics(registry, 2, async () => {
    if (broken) throw new Error('out of reach');
    return { budgets: [dailyBudget()], standings: new Map(), nowMs: 0 };
  });
  assert.equal(samples(await text(registry), 'tollgate_budget_used').length, 1);
  broken = true;
  const shown = await text(registry);
  assert.equal(samples(shown, 'tollgate_budget_used').length, 0);
  assert.match(shown, /# TYPE agentgateway_requests_total counter/);
});

test('what is refused of the configuration is counted by kind', async () => {
  const condition = (type: string, status: string, reason = 'Valid') => ({ type, status, reason });
  assert.ok(!isRefused({ conditions: [condition('Accepted', 'True'), condition('Conflicted', 'False')] }));
  assert.ok(isRefused({ conditions: [condition('Accepted', 'False', 'Invalid')] }));
  assert.ok(isRefused({ parents: [{ conditions: [condition('ResolvedRefs', 'False')] }] }));
  assert.ok(isRefused({ ancestors: [{ conditions: [condition('Accepted', 'True', 'PartiallyValid')] }] }));
  assert.ok(isRefused({ listeners: [{ conditions: [condition('Programmed', 'False')] }] }));
  const registry = new Registry();
  const configuration = registerConfigurationMetrics(registry);
  const object = (kind: string) => ({ apiVersion: 'v1', kind, metadata: { name: 'x' } });
  configuration.told([
    { object: object('Budget'), status: { conditions: [condition('Accepted', 'False')] } },
    { object: object('Budget'), status: { conditions: [condition('Accepted', 'True')] } },
    { object: object('Gateway'), status: {} },
  ]);
  configuration.failed();
  const shown = await text(registry);
  assert.deepEqual(samples(shown, 'tollgate_configuration_refused_objects'), [
    ['kind="Budget"', 1],
    ['kind="Gateway"', 0],
  ]);
  assert.deepEqual(samples(shown, 'tollgate_configuration_failures_total'), [['', 1]]);
});
