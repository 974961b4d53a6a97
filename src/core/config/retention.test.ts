import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentRetentionOf, retentionOf } from './retention.ts';

const configMap = (name: string, days: string | undefined, creationTimestamp: string, label = 'true') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name, creationTimestamp, labels: { 'tollgate.dev/retention': label } },
  ...(days === undefined ? {} : { data: { ledgerDays: days } }),
});

test('what the gateway was started with holds, else the oldest ConfigMap with the label', () => {
  const [young, old] = [
    configMap('a', '7', '2026-02-01T00:00:00Z'),
    configMap('b', '90', '2026-01-01T00:00:00Z'),
  ];
  assert.deepEqual(retentionOf(30, [young, old]), { days: 30, setBy: 'flag' });
  assert.deepEqual(retentionOf(undefined, [young, old]), { days: 90, setBy: 'configMap', configMap: 'ns/b' });
  assert.deepEqual(retentionOf(undefined, []), { setBy: 'nothing' });
  assert.deepEqual(retentionOf(undefined, [configMap('a', '7', '', 'false')]), { setBy: 'nothing' });
});

test('what cannot be read deletes nothing, and says so', () => {
  assert.deepEqual(retentionOf(undefined, [configMap('a', undefined, '')]), {
    setBy: 'nothing',
    configMap: 'ns/a',
  });
  for (const text of ['0', '-1', '1.5', '', ' 7', '7d', '1e3', '100000']) {
    const { days, fault } = retentionOf(undefined, [configMap('a', text, '')]);
    assert.equal(days, undefined, text);
    assert.match(fault!, /whole number of days/);
  }
});

test('contents are kept a week unless something else is said, and no longer than their calls', () => {
  const said = (data: Record<string, string>) => [{ ...configMap('a', undefined, ''), data }];
  assert.deepEqual(contentRetentionOf({}, []), { days: 7, setBy: 'default' });
  assert.deepEqual(contentRetentionOf({ contentDays: 30 }, said({ contentDays: '2' })), {
    days: 30,
    setBy: 'flag',
  });
  assert.deepEqual(contentRetentionOf({}, said({ contentDays: '2', ledgerDays: '90' })), {
    days: 2,
    setBy: 'configMap',
    configMap: 'ns/a',
  });
  assert.deepEqual(contentRetentionOf({ ledgerDays: 3 }, []), { days: 3, setBy: 'ledger' });
  assert.equal(contentRetentionOf({ contentDays: 30 }, said({ ledgerDays: '9' })).days, 9);
  const { days, fault } = contentRetentionOf({}, said({ contentDays: 'week' }));
  assert.deepEqual([days, fault], [undefined, 'contentDays is not a whole number of days from 1 to 99999']);
});
