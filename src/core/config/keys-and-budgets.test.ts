/** VirtualKeys and Budgets compiled: what is in force where, and what the status says of each fault. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { allKinds } from '../resources/kinds.ts';
import type { Condition, KubeObject } from '../resources/object.ts';
import { admit } from '../resources/validate.ts';
import { compileObjects } from './compile.fixture.ts';
import type { CompileResult } from './compile.ts';
import type { KeyEntry, TrafficPolicy } from './snapshot.ts';

const namespace = 'ns';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hashOf = (text: string) => `sha256:${sha256(text)}`;

let age = 0;
function object(kind: string, name: string, fields: object, labels: Record<string, string> = {}): KubeObject {
  const schema = allKinds.find((k) => k.kind === kind)!;
  const given = {
    apiVersion: schema.group === '' ? schema.version : `${schema.group}/${schema.version}`,
    kind,
    metadata: { name, namespace, labels },
    ...fields,
  } as KubeObject;
  const { strictErrors, causes, object: admitted } = admit(schema, given);
  assert.deepEqual([...strictErrors, ...causes], [], `${kind} ${name}`);
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + age++ * 1_000).toISOString();
  return { ...admitted, metadata: { ...admitted.metadata, creationTimestamp, generation: 1 } };
}

const key = (name: string, spec: object, labels: Record<string, string> = {}) =>
  object('VirtualKey', name, { spec: { keyHash: hashOf(name), ...spec } }, labels);
const budget = (name: string, spec: object) =>
  object('Budget', name, { spec: { limit: { tokens: 1_000 }, ...spec } });
const gateway = (name: string, port: number) =>
  object('Gateway', name, {
    spec: { gatewayClassName: 'agentgateway', listeners: [{ name: 'http', protocol: 'HTTP', port }] },
  });
const world = () => [
  object('GatewayClass', 'agentgateway', { spec: { controllerName: 'agentgateway.dev/agentgateway' } }),
  gateway('one', 8080),
  gateway('two', 8081),
  object('HTTPRoute', 'claude', {
    spec: {
      parentRefs: ['one', 'two'].map((name) => ({ name })),
      rules: [{ backendRefs: [] }],
    },
  }),
];

const compiled = (objects: KubeObject[]) => compileObjects([...world(), ...objects], { sha256 });

function accepted(result: CompileResult, name: string): Condition {
  const write = result.statuses.find(
    ({ object: { kind, metadata } }) =>
      (kind === 'Budget' || kind === 'VirtualKey') && metadata.name === name,
  );
  const [condition] = (write!.status as { conditions: Condition[] }).conditions;
  return condition!;
}

function trafficOn(result: CompileResult, port: number): TrafficPolicy {
  const bind = result.snapshot.binds.find((b) => b.port === port)!;
  return bind.listeners[0]!.routes[0]!.rules[0]!.traffic;
}

/** By hash, on a Gateway. */
function keysOn(result: CompileResult, name: string): Map<string, KeyEntry> {
  const { keys } = result.snapshot.keySets[`VirtualKeys/ns/${name}`] ?? { keys: [] };
  return new Map(keys.toReversed().map((entry) => [entry.sha256, entry]));
}

const broken: [what: string, spec: object, message: RegExp][] = [
  ['a group that is no CEL', { groupBy: ['apiKey.('] }, /expression apiKey\.\(: /],
  ['a selector that is no CEL', { selector: { expression: '1 +' } }, /expression 1 \+: /],
  [
    'a zone that does not exist',
    { window: { calendar: 'Day', timeZone: 'Europe/Atlantis' } },
    /window\.timeZone: "Europe\/Atlantis" is not an IANA time zone/,
  ],
  [
    'a rolling window of seconds',
    { window: { rolling: '59s' } },
    /window\.rolling: 59s is less than a minute/,
  ],
  [
    'an override in another unit',
    { overrides: [{ from: '2026-12-01', to: '2026-12-31', limit: { usd: '1' } }] },
    /overrides\[0\]\.limit is in usd, the budget in tokens/,
  ],
  [
    'an override that ends before it begins',
    { overrides: [{ from: '2026-12-31', to: '2026-12-01', limit: { tokens: 1 } }] },
    /overrides\[0\]: to is not after from/,
  ],
  [
    'an override on a day that does not exist',
    { overrides: [{ from: '2026-02-30', to: '2026-03-01', limit: { tokens: 1 } }] },
    /overrides\[0\]: from or to is not a day or a moment/,
  ],
  ['more dollars than can be counted', { limit: { usd: '9999999' } }, /limit\.usd: at most 9007199/],
];
for (const [what, spec, message] of broken) {
  test(`a budget with ${what} refuses what it guards, and says why`, () => {
    const result = compiled([budget('b', spec)]);
    const condition = accepted(result, 'b');
    assert.equal(condition.status, 'False');
    assert.match(condition.message, /^Calls through its Gateways are refused until this is mended: /);
    assert.match(condition.message, message);
    const traffic = trafficOn(result, 8080);
    assert.deepEqual(traffic.budgets, []);
    assert.match(traffic.broken[0]!.message, message);
    assert.deepEqual(result.snapshot.budgets, []);
  });
}

test('a budget is in force on the Gateways of its namespace, or on those it names', () => {
  const result = compiled([
    budget('everywhere', {}),
    budget('here', { targetRefs: [{ name: 'two' }] }),
    budget('half', { targetRefs: [{ name: 'one' }, { name: 'nowhere' }] }),
  ]);
  const names = (port: number) => trafficOn(result, port).budgets.map(({ name }) => name);
  assert.deepEqual(names(8080), ['ns/everywhere', 'ns/half']);
  assert.deepEqual(names(8081), ['ns/everywhere', 'ns/here']);
  assert.equal(accepted(result, 'everywhere').message, 'In force on ns/one, ns/two');
  assert.equal(accepted(result, 'half').status, 'False');
  assert.equal(accepted(result, 'half').message, 'Gateway ns/nowhere not found');
  assert.deepEqual(trafficOn(result, 8080).broken, []);
});

test('a budget, field by field', () => {
  const [found] = compiled([
    budget('b', {
      selector: { matchLabels: { team: 'x' }, expression: 'true' },
      groupBy: ['apiKey.user_id'],
      limit: { usd: '25.50' },
      window: { calendar: 'Month', timeZone: 'Europe/Berlin' },
      enforcement: 'Soft',
      onExceeded: { action: 'Delay', maxDelay: '1500ms' },
      reservation: { defaultOutputTokens: 9, minimumOutputTokens: 3 },
      overrides: [
        { from: '2026-12-15', to: '2026-12-31', limit: { usd: '50' }, reason: 'quarter end' },
        { from: '2026-11-01T10:00:00Z', to: '2026-11-01T12:00:00+01:00', limit: { usd: '0' } },
      ],
      failureMode: 'FailOpen',
    }),
  ]).snapshot.budgets;
  assert.deepEqual(found, {
    name: 'ns/b',
    unit: 'usd',
    limit: 25_500_000_000,
    overrides: [
      {
        fromMs: Date.UTC(2026, 11, 14, 23),
        toMs: Date.UTC(2026, 11, 31, 23),
        limit: 50_000_000_000,
        reason: 'quarter end',
      },
      { fromMs: Date.UTC(2026, 10, 1, 10), toMs: Date.UTC(2026, 10, 1, 11), limit: 0 },
    ],
    window: { type: 'calendar', period: 'Month', timeZone: 'Europe/Berlin' },
    hard: false,
    onExceeded: { type: 'Delay', maxMs: 1_500 },
    failOpen: true,
    defaultOutputTokens: 9,
    minimumOutputTokens: 3,
    labels: { matchLabels: { team: 'x' } },
    expression: 'true',
    groupBy: ['apiKey.user_id'],
    alerts: [],
  });
  const windowOf = (window?: object) => compiled([budget('b', { window })]).snapshot.budgets[0]!.window;
  assert.deepEqual(windowOf(), { type: 'lifetime' });
  assert.deepEqual(windowOf({ lifetime: true }), { type: 'lifetime' });
  assert.deepEqual(windowOf({ calendar: 'Week' }), { type: 'calendar', period: 'Week', timeZone: 'UTC' });
  assert.deepEqual(windowOf({ rolling: '1h30m' }), { type: 'rolling', seconds: 5_400 });
});

test('a key opens the Gateways of its namespace, or those it names, which then ask for one', () => {
  const result = compiled([key('a', { targetRefs: [{ name: 'one' }] })]);
  assert.equal(trafficOn(result, 8080).apiKey?.mode, 'Strict');
  assert.equal(trafficOn(result, 8081).apiKey, undefined);
  assert.equal(accepted(result, 'a').message, 'The key opens its Gateways');
  const lost = compiled([key('a', { targetRefs: [{ name: 'nowhere' }] })]);
  assert.equal(accepted(lost, 'a').message, 'Gateway ns/nowhere not found');
  assert.deepEqual(lost.snapshot.keySets, {});
});

test('a Gateway whose only key is not in force yet lets nobody in', () => {
  for (const only of [
    object('VirtualKey', 'a', { spec: { issueTo: { secretName: 's' } } }),
    key('a', { expiresAt: '2026-02-30T00:00:00Z' }),
  ]) {
    const result = compiled([only]);
    assert.equal(accepted(result, 'a').status, 'False');
    const { apiKey } = trafficOn(result, 8080);
    assert.equal(apiKey?.mode, 'Strict');
    assert.deepEqual(
      apiKey!.keySets.map((name) => result.snapshot.keySets[name]?.keys),
      [[]],
    );
  }
});

test('what a key says of itself', () => {
  const spec = {
    owner: 'mike',
    display: 'tg_…x9Qz',
    allowedModels: ['claude-*'],
    allowedRoutes: ['claude', 'other/route'],
    allowedCIDRs: ['10.0.0.0/8'],
    expiresAt: '2027-01-01T01:00:00+01:00',
    disabled: true,
    limits: { requestsPerMinute: 60 },
    metadata: { user_id: 'mike' },
  };
  const entry = keysOn(compiled([key('a', spec, { team: 'x' })]), 'one').get(sha256('a'));
  assert.deepEqual(entry, {
    id: 'VirtualKey/ns/a',
    sha256: sha256('a'),
    metadata: { user_id: 'mike' },
    terms: {
      display: 'tg_…x9Qz',
      owner: 'mike',
      labels: { team: 'x' },
      allowedModels: ['claude-*'],
      allowedRoutes: ['ns/claude', 'other/route'],
      allowedCidrs: ['10.0.0.0/8'],
      expiresAtMs: Date.UTC(2027, 0, 1),
      disabled: true,
      limits: { requestsPerMinute: 60 },
    },
  });
});

test('of two keys with one value the older is in force', () => {
  const result = compiled([key('a', {}), key('b', { keyHash: hashOf('a') })]);
  assert.equal(keysOn(result, 'one').get(sha256('a'))!.id, 'VirtualKey/ns/a');
  assert.equal(accepted(result, 'b').status, 'False');
  assert.match(accepted(result, 'b').message, /^the same value as VirtualKey\/ns\/a/);
});

test('the value before a rotation is the same key until the grace ends, or the key does', () => {
  const rotation = { previousKeyHash: hashOf('old'), graceUntil: '2026-12-01T00:00:00Z' };
  const expiresAt = '2026-11-30T00:00:00Z';
  const result = compiled([
    key('a', { rotation }),
    key('b', { rotation: { ...rotation, previousKeyHash: hashOf('older') }, expiresAt }),
  ]);
  const keys = keysOn(result, 'one');
  assert.equal(keys.get(sha256('old'))!.id, 'VirtualKey/ns/a');
  assert.equal(keys.get(sha256('old'))!.terms!.expiresAtMs, Date.UTC(2026, 11, 1));
  assert.equal(keys.get(sha256('older'))!.terms!.expiresAtMs, Date.parse(expiresAt));
  assert.equal(keys.get(sha256('a'))!.terms!.expiresAtMs, undefined);
});

test('the value before a rotation never takes the place of a key that has it now', () => {
  const rotation = { previousKeyHash: hashOf('younger'), graceUntil: '2030-01-01T00:00:00Z' };
  const result = compiled([key('a', { rotation }), key('younger', {})]);
  assert.equal(keysOn(result, 'one').get(sha256('younger'))!.id, 'VirtualKey/ns/younger');
  assert.equal(accepted(result, 'younger').status, 'True');
  assert.match(
    accepted(result, 'a').message,
    /value before the rotation is in force as VirtualKey\/ns\/younger/,
  );
});

test('a key that asks for a value: made once, then taken from its Secret', () => {
  const asking = object('VirtualKey', 'a', { spec: { issueTo: { secretName: 's' } } });
  const pending = compiled([asking]);
  assert.deepEqual(
    pending.toIssue.map(({ secretName }) => secretName),
    ['s'],
  );
  assert.deepEqual([accepted(pending, 'a').status, accepted(pending, 'a').reason], ['False', 'Pending']);
  const secret = (data: object) => object('Secret', 's', { data });
  const value = Buffer.from('tg_value\n').toString('base64');
  const issued = compiled([asking, secret({ key: value })]);
  assert.deepEqual(issued.toIssue, []);
  assert.equal(keysOn(issued, 'one').get(sha256('tg_value'))!.id, 'VirtualKey/ns/a');
  const other = compiled([asking, secret({ other: value })]);
  assert.deepEqual(other.toIssue, [], 'a Secret that is there is never written over');
  assert.match(accepted(other, 'a').message, /Secret ns\/s has no entry "key"/);
});

test('a moment that a schema lets pass never stops the whole configuration', () => {
  for (const moment of [
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '2026-01-01t00:00:00z',
  ]) {
    let odd: KubeObject;
    try {
      odd = key('odd', { expiresAt: moment, rotation: { previousKeyHash: hashOf('x'), graceUntil: moment } });
    } catch {
      continue;
    }
    assert.ok(compiled([odd, budget('b', {})]).snapshot.budgets.length === 1, moment);
  }
});
