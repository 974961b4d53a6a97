import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseRateLimitConfig } from '../core/ratelimit/parse.ts';
import { Health } from './health.ts';
import { startRateLimitHttpServer } from './http-server.ts';
import { serviceFixture } from './service.fixture.ts';

const yaml = `domain: d
descriptors:
- {key: u, rate_limit: {unit: minute, requests_per_unit: 2, name: n}}
- {key: q, value: v, quota_mode: true, rate_limit: {unit: week, requests_per_unit: 0}, descriptors: [{key: c, shadow_mode: true, rate_limit: {unlimited: true}}]}
`;
const parsed = parseRateLimitConfig([{ name: 'c', text: yaml }]);
const config = parsed.ok ? parsed.config : undefined;

async function start(t: TestContext) {
  let ready = true;
  const health = new Health(() => ready);
  const server = await startRateLimitHttpServer({
    service: serviceFixture(yaml),
    config: () => config,
    health,
    host: '127.0.0.1',
    port: 0,
  });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const json = async (body: string | Uint8Array<ArrayBuffer>, method = 'POST') => {
    const answer = await fetch(`${url}/json`, { method, body });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  return {
    url,
    json,
    setReady: (value: boolean) => {
      ready = value;
    },
  };
}

test('/json answers in protobuf’s JSON, 200 or 429', async (t) => {
  const { json } = await start(t);
  const ask = (value: unknown, method?: string) => json(JSON.stringify(value), method);
  const body = { domain: 'd', descriptors: [{ entries: [{ key: 'u', value: 'm' }] }] };
  const first = await ask(body);
  assert.equal(first.type, 'application/json');
  assert.deepEqual(JSON.parse(first.text), {
    overallCode: 'OK',
    statuses: [
      {
        code: 'OK',
        currentLimit: { requestsPerUnit: 2, unit: 'MINUTE', name: 'n' },
        limitRemaining: 1,
        durationUntilReset: '20s',
      },
    ],
  });
  assert.equal((await ask(body, 'PUT')).status, 200);
  const over = await ask(body);
  assert.equal(over.status, 429);
  assert.equal(JSON.parse(over.text).statuses[0].limitRemaining, undefined);
  const entries = [{ key: 'x' }];
  const odd = await ask({
    domain: 'd',
    hits_addend: 3,
    descriptors: [
      { entries, limit: { requests_per_unit: 9, unit: 'HOUR' }, hitsAddend: '2' },
      { entries, limit: { requestsPerUnit: 9, unit: 7 }, hits_addend: 5, is_negative_hits: true },
      { entries: null },
    ],
  });
  assert.deepEqual(
    JSON.parse(odd.text).statuses.map((status: Record<string, unknown>) => status['limitRemaining']),
    [7, 9, undefined],
  );
});

test('whatever is wrong with a request is 400', async (t) => {
  const { json } = await start(t);
  const entries = '"entries":[{"key":"x"}]';
  for (const body of [
    '',
    'nonsense',
    '[]',
    '5',
    '{}',
    '{"domain":"d"}',
    '{"domain":"d","descriptors":{}}',
    '{"domain":5}',
    `{"domain":"d","descriptors":[{${entries}}],"unknown":1}`,
    `{"domain":"d","descriptors":[{${entries}}],"__proto__":{}}`,
    `{"domain":"d","descriptors":[{${entries},"limit":{"unit":"UNKNOWN"}}]}`,
    `{"domain":"d","descriptors":[{${entries},"limit":{"unit":"minute"}}]}`,
    `{"domain":"d","descriptors":[{${entries},"limit":{}}]}`,
    `{"domain":"d","descriptors":[{${entries},"hitsAddend":-1}]}`,
    `{"domain":"d","descriptors":[{${entries},"hitsAddend":"18446744073709551615"}]}`,
    `{"domain":"d","descriptors":[{${entries}}],"hitsAddend":4294967296}`,
    '{"domain":"\\ud800","descriptors":[{}]}',
  ]) {
    const answer = await json(body);
    assert.equal(answer.status, 400, body);
    assert.equal(answer.text, 'Bad Request\n');
  }
  assert.equal((await json(Uint8Array.from([0x22, 0xc3, 0x28, 0x22]))).status, 400);
  assert.equal((await json(`"${'x'.repeat(5_000_000)}"`).catch(() => ({ status: 400 }))).status, 400);
});

test('/healthcheck and /rlconfig', async (t) => {
  const { url, setReady } = await start(t);
  const get = async (path: string) => {
    const answer = await fetch(url + path);
    return [answer.status, await answer.text()];
  };
  assert.deepEqual(await get('/healthcheck'), [200, 'OK']);
  setReady(false);
  assert.deepEqual(await get('/healthcheck'), [500, '']);
  assert.deepEqual(await get('/rlconfig'), [
    200,
    'd.u: unit=MINUTE requests_per_unit=2, shadow_mode: false, quota_mode: false\n' +
      'd.q_v: unit=WEEK requests_per_unit=0, shadow_mode: false, quota_mode: true\n' +
      'd.q_v.c: unit=UNKNOWN requests_per_unit=0, shadow_mode: true, quota_mode: false\n',
  ]);
  assert.equal((await get('/other'))[0], 404);
});
