/** Errors over gRPC, `/json`, health, and a server without configuration. */
import { gzipSync } from 'node:zlib';
import type { Scenario, Step } from '../scenario.ts';
import { ask, call, descriptor, scenario, times } from './ask.ts';

const yaml = 'domain: d\ndescriptors: [{key: u, rate_limit: {unit: year, requests_per_unit: 2, name: n}}]';
const shouldRateLimit = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';
const framed = (hex: string, flag = '00') => flag + (hex.length / 2).toString(16).padStart(8, '0') + hex;
const raw = (hex: string, path = shouldRateLimit, headers?: Record<string, string>): Step => ({
  raw: { path, hex, ...(headers && { headers }) },
});
const gzipped = gzipSync(Buffer.from('0a016412080a060a0175120176', 'hex')).toString('hex');
const json = (body: unknown): Step => ({
  http: { path: '/json', body: typeof body === 'string' ? body : JSON.stringify(body) },
});
const one = (more: object) => ({
  domain: 'd',
  descriptors: [{ entries: [{ key: 'u', value: 'v' }], ...more }],
});

const grpc: Scenario[] = [
  scenario('what is no request', yaml, [
    ask('', 'u', 'v'),
    call('d'),
    call(''),
    raw(''),
    raw('0000'),
    raw('00000000090a'),
    raw(framed('0a0164') + framed('0a0164')),
    raw(framed('')),
    raw(framed('0a0164')),
    raw(framed('0a7f64')),
    raw(framed('ffffff')),
    raw(framed('0805')),
    raw('02000000030a0164'),
    raw('00ffffffff'),
    raw(framed('0a02ff6412')),
    raw(framed('0a02fffe12080a060a0175120176')),
    raw(framed('0a016412080a060a0175120176')),
    raw(framed('0a016412080a060a0175120176f80601')),
    raw(framed('0a016412080a060a0175120176', '01')),
    raw(framed('0a016412080a060a0175120176', '01'), shouldRateLimit, { 'grpc-encoding': 'gzip' }),
    raw(framed('0a016412080a060a0175120176'), shouldRateLimit, { 'grpc-encoding': 'identity' }),
    raw(framed(gzipped, '01'), shouldRateLimit, { 'grpc-encoding': 'gzip' }),
    raw(framed(gzipped, '01'), shouldRateLimit, { 'grpc-encoding': 'br' }),
    raw(framed(gzipped), shouldRateLimit, { 'grpc-encoding': 'gzip' }),
    raw(framed('0a0164'), '/envoy.service.ratelimit.v2.RateLimitService/ShouldRateLimit'),
    raw(framed('0a0164'), '/envoy.service.ratelimit.v3.RateLimitService/Other'),
    raw(framed('0a0164'), '/nothing'),
    raw(framed('0a016412080a060a0175120176'), shouldRateLimit, { 'content-type': 'application/json' }),
    raw(framed('0a016412080a060a0175120176'), shouldRateLimit, { 'content-type': 'application/grpc+proto' }),
    raw(framed('0a016412080a060a0175120176'), shouldRateLimit, { 'content-type': 'application/grpc+json' }),
  ]),
  scenario('a message of more than 4 MiB', yaml, [
    { raw: { path: shouldRateLimit, hex: '0000400001', fill: 4_194_305 } },
    ask('d', 'u', 'v'),
  ]),
  scenario('calls without a configuration', 'domain: ""', [
    ask('d', 'u', 'v'),
    ask('', 'u', 'v'),
    call('d'),
    json(one({})),
    { http: { path: '/healthcheck' } },
    raw(framed('0a09726174656c696d6974'), '/grpc.health.v1.Health/Check'),
    { rules: true },
  ]),
  scenario(
    'health without a configuration that is waited for',
    'domain: ""',
    [
      { http: { path: '/healthcheck' } },
      raw(framed('0a09726174656c696d6974'), '/grpc.health.v1.Health/Check'),
      raw(framed(''), '/grpc.health.v1.Health/Check'),
    ],
    { settings: { HEALTHY_WITH_AT_LEAST_ONE_CONFIG_LOADED: 'true' } },
  ),
  scenario(
    'health',
    yaml,
    [
      raw(framed(''), '/grpc.health.v1.Health/Check'),
      raw(framed('0a09726174656c696d6974'), '/grpc.health.v1.Health/Check'),
      raw(framed('0a0178'), '/grpc.health.v1.Health/Check'),
      { http: { path: '/healthcheck' } },
      { http: { path: '/healthcheck', method: 'POST', body: 'x' } },
      { http: { path: '/healthcheck?x=y' } },
      { http: { path: '/none' } },
      { http: { path: '/' } },
    ],
    { settings: { HEALTHY_WITH_AT_LEAST_ONE_CONFIG_LOADED: 'true' } },
  ),
];

const overJson: Scenario[] = [
  scenario(
    '/json',
    yaml,
    [
      json(one({})),
      json({ ...one({}), hitsAddend: 1 }),
      json({ ...one({}), hits_addend: 1 }),
      json(one({ hitsAddend: 0 })),
      json(one({ hits_addend: '0' })),
      json(one({ limit: { requestsPerUnit: 9, unit: 'HOUR' } })),
      json(one({ limit: { requests_per_unit: '9', unit: 3 } })),
      json({ domain: 'd', descriptors: [{ entries: [{ key: 'none' }] }, { entries: [] }] }),
      json({ domain: 'nowhere', descriptors: [{}] }),
      { http: { path: '/json', method: 'PUT', body: JSON.stringify(one({})) } },
      { http: { path: '/json' } },
      { http: { path: '/json?x=y', body: JSON.stringify(one({})) } },
      { http: { path: '/json/', body: JSON.stringify(one({})) } },
    ],
    { settings: { LIMIT_RESPONSE_HEADERS_ENABLED: 'true' } },
  ),
  scenario('/json that is refused', yaml, [
    ...[
      '',
      '{',
      '[]',
      'null',
      '5',
      '{} x',
      '{}',
      { domain: '', descriptors: [{}] },
      { domain: 'd' },
      { domain: 'd', descriptors: [] },
      { domain: 'd', descriptors: null },
      { domain: null, descriptors: [{}] },
      { domain: 'd', descriptors: [null] },
      { domain: 'd', descriptors: {} },
      { domain: 5, descriptors: [{}] },
      { domain: 'd', descriptors: [{}], other: 1 },
      { domain: 'd', descriptors: [{ Entries: [] }] },
      '{"domain":"d","domain":"e","descriptors":[{}]}',
      '{"domain":"d","descriptors":[{"hits_addend":1,"hitsAddend":1}]}',
      '{"domain":"\\ud800","descriptors":[{}]}',
      { domain: 'd', descriptors: [{ limit: { requestsPer_unit: 1, unit: 'DAY' } }] },
      { domain: 'd', descriptors: [{ limit: { unit: 'day' } }] },
      { domain: 'd', descriptors: [{ limit: { unit: 'FORTNIGHT' } }] },
      { domain: 'd', descriptors: [{}], hitsAddend: -1 },
      { domain: 'd', descriptors: [{}], hitsAddend: 1.5 },
      { domain: 'd', descriptors: [{}], hitsAddend: 4294967296 },
      { domain: 'd', descriptors: [{}], hitsAddend: true },
      { domain: 'd', descriptors: [{}], hitsAddend: ' 1' },
      { domain: 'd', descriptors: [{}], hitsAddend: '' },
      { domain: 'd', descriptors: [{ hitsAddend: {} }] },
      { domain: 'd', descriptors: [{ hitsAddend: { value: 1 } }] },
      { domain: 'd', descriptors: [{ hitsAddend: '-1' }] },
    ].map(json),
  ]),
  scenario('/json in unusual ways', yaml, [
    ...[
      { domain: 'd', descriptors: [{}], hitsAddend: 1.0 },
      '{"domain":"d","descriptors":[{}],"hitsAddend":1e2}',
      { domain: 'd', descriptors: [{}], hitsAddend: '1e2' },
      { domain: 'd', descriptors: [{}], hitsAddend: '1.0' },
      { domain: 'd', descriptors: [{}], hitsAddend: null },
      { domain: 'd', descriptors: [{ entries: null, limit: null, hitsAddend: null }] },
      ' \n{"domain" : "\\u0064", "descriptors" : [ {"entries":[{"key":"u","value":"\\ud83d\\ude42"}]} ] }\n',
    ].map(json),
  ]),
];

const counted: Scenario[] = [
  scenario('metrics of calls that end in errors', yaml, [
    times(ask('', 'u', 'v'), 2),
    call('d'),
    times(call('nowhere', descriptor([['u', 'v']]), descriptor([['w', 'v']])), 2),
    raw(framed('0a0178'), '/grpc.health.v1.Health/Check'),
    ask('d', 'u', 'v'),
  ]),
];

export const protocol: Scenario[] = [...grpc, ...overJson, ...counted];
