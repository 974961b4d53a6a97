/** VirtualKey and Budget: what their schemas take, default and refuse. There is no other server to agree with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budget } from './kinds/budget.ts';
import { virtualKey } from './kinds/virtual-key.ts';
import type { KubeObject } from './object.ts';
import { admit } from './validate.ts';

const sha256 = `sha256:${'a'.repeat(64)}`;

function admitted(kind: typeof budget, spec: Record<string, unknown>) {
  const object = {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name: 'x', namespace: 'ns' },
    spec,
  } as KubeObject;
  const { strictErrors, causes, object: result } = admit(kind, object);
  return {
    faults: [...strictErrors, ...causes.map(({ field, message }) => `${field}: ${message}`)],
    spec: result['spec'] as Record<string, unknown>,
  };
}

test('Budget: defaults', () => {
  const { faults, spec } = admitted(budget, { limit: { tokens: 5 }, onExceeded: {}, reservation: {} });
  assert.deepEqual(faults, []);
  assert.deepEqual(spec, {
    limit: { tokens: 5 },
    enforcement: 'Hard',
    failureMode: 'FailClosed',
    onExceeded: { action: 'Reject', maxDelay: '10s' },
    reservation: { defaultOutputTokens: 4096, minimumOutputTokens: 1 },
  });
});

const refusedBudgets: [what: string, spec: Record<string, unknown>, field: RegExp][] = [
  ['no limit', {}, /spec\.limit: Required/],
  ['an empty limit', { limit: {} }, /spec\.limit: .*exactly one of/],
  ['two units', { limit: { tokens: 1, usd: '1' } }, /spec\.limit: .*exactly one of/],
  ['dollars as a number', { limit: { usd: 5 } }, /spec\.limit\.usd: .*string/],
  ['dollars with a sign', { limit: { usd: '-5' } }, /spec\.limit\.usd/],
  ['a negative limit', { limit: { tokens: -1 } }, /spec\.limit\.tokens: .*greater than or equal to 0/],
  [
    'two windows',
    { limit: { tokens: 1 }, window: { calendar: 'Day', rolling: '1h' } },
    /spec\.window: .*one of/,
  ],
  ['no window named', { limit: { tokens: 1 }, window: { lifetime: false } }, /spec\.window: .*one of/],
  [
    'a zone without a calendar',
    { limit: { tokens: 1 }, window: { rolling: '1h', timeZone: 'UTC' } },
    /timeZone/,
  ],
  ['an unknown period', { limit: { tokens: 1 }, window: { calendar: 'Decade' } }, /spec\.window\.calendar/],
  ['a window for calls at once', { limit: { concurrency: 1 }, window: { calendar: 'Day' } }, /no window/],
  ['SwitchModel to nothing', { limit: { tokens: 1 }, onExceeded: { action: 'SwitchModel' } }, /needs model/],
  ['an alert at 0 %', { limit: { tokens: 1 }, alerts: [{ atPercent: 0, webhook: 'w' }] }, /atPercent/],
  ['a typing mistake', { limit: { tokens: 1 }, enforcment: 'Hard' }, /unknown field "spec\.enforcment"/],
];
for (const [what, spec, field] of refusedBudgets) {
  test(`Budget: ${what} is refused`, () => {
    assert.match(admitted(budget, spec).faults.join('\n'), field);
  });
}

const refusedKeys: [what: string, spec: Record<string, unknown>, field: RegExp][] = [
  ['no value', { owner: 'mike' }, /one of keyHash and issueTo/],
  ['a value instead of its hash', { keyHash: 'sk-mike-key' }, /spec\.keyHash/],
  ['an expiry that is no moment', { keyHash: sha256, expiresAt: 'soon' }, /spec\.expiresAt/],
  [
    'an address that is no block',
    { keyHash: sha256, allowedCIDRs: ['127.0.0.1'] },
    /spec\.allowedCIDRs\[0\]/,
  ],
  ['a target of another kind', { keyHash: sha256, targetRefs: [{ kind: 'HTTPRoute', name: 'r' }] }, /kind/],
  ['a rotation without an end', { keyHash: sha256, rotation: { previousKeyHash: sha256 } }, /graceUntil/],
];
for (const [what, spec, field] of refusedKeys) {
  test(`VirtualKey: ${what} is refused`, () => {
    assert.match(admitted(virtualKey, spec).faults.join('\n'), field);
  });
}

test('VirtualKey: metadata is free', () => {
  const metadata = { user_id: 'mike', nested: { level: [1, true, null] } };
  const { faults, spec } = admitted(virtualKey, { keyHash: sha256, metadata });
  assert.deepEqual(faults, []);
  assert.deepEqual(spec['metadata'], metadata);
});
