import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RetentionSetting } from '../core/config/retention.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { openSqliteLedger } from '../storage/sqlite/ledger.ts';
import { RetentionKeeper } from './retention-keeper.ts';

const day = 86_400_000;
const nowMs = Date.UTC(2026, 10, 25, 12);

function keeperWith(setting: RetentionSetting) {
  const ledger = openSqliteLedger(':memory:');
  ledger.append(
    [3, 1].map((ago, n) => ledgerRecord(n, { startedAtMs: nowMs - ago * day })),
    [],
  );
  const errors: object[] = [];
  const log = { info: () => undefined, error: (fields: object) => void errors.push(fields) };
  const keeper = new RetentionKeeper({ ledger, setting: () => setting, nowMs: () => nowMs, log });
  const end = async () => {
    await keeper.stop();
    ledger.close();
  };
  return { keeper, errors, left: () => ledger.search({}, { limit: 9 }).records.length, end };
}

test('at the start, and it says when it did and when it will', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const setting: RetentionSetting = { days: 2, setBy: 'flag' };
  const { keeper, left, end } = keeperWith(setting);
  while (keeper.status().lastRun === undefined) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(left(), 1);
  assert.deepEqual(keeper.status(), {
    days: 2,
    setBy: 'flag',
    lastRun: { atMs: nowMs, dropped: 1 },
    nextRunAtMs: nowMs + 3_600_000,
  });
  // A change holds from the next time on.
  Object.assign(setting, { days: 0.5 });
  assert.equal(left(), 1);
  t.mock.timers.tick(3_600_000);
  while (left() > 0) await new Promise((resolve) => setImmediate(resolve));
  await end();
});

test('a setting that cannot be read deletes nothing, and is told', async () => {
  const { keeper, errors, left, end } = keeperWith({ setBy: 'configMap', configMap: 'ns/a', fault: 'wrong' });
  await keeper.stop();
  assert.equal(left(), 2);
  assert.deepEqual(errors, [{ configMap: 'ns/a', fault: 'wrong' }]);
  assert.equal(keeper.status().nextRunAtMs, undefined);
  await end();
});
