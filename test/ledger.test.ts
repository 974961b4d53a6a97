/** Every call is in the ledger once, across `kill -9`; budget counters and ledger agree, and the metrics tell when they do not. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ledgerRecord } from '../src/storage/ledger.fixture.ts';
import { openSqliteLedger } from '../src/storage/sqlite/ledger.ts';
import { askAdmin } from './support/ask-admin.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { removeDirectory, startGateway, temporaryDirectory } from './support/gateway.ts';

async function drifted(world: BudgetWorld): Promise<number> {
  const text = await (await fetch(`http://${world.gateway.address}:15020/metrics`)).text();
  return Number(/^tollgate_budget_counters_drifted (\S+)$/m.exec(text)?.[1]);
}

async function resetCounters({ gateway }: BudgetWorld, prefix: string): Promise<number> {
  const { body } = await askAdmin(gateway, 'DELETE', `/counters?prefix=${encodeURIComponent(prefix)}`);
  return body.reset;
}

test('calls are entered once across kill -9; a counter that parts from the ledger shows in the metrics', async (t) => {
  const world = await budgetWorld(t);
  const owner = 'tg-ledger';
  const ids = async () => (await world.calls(`user=${owner}`)).map(({ id }) => id);
  await world.key(owner, {}, { owner });
  await world.budget('ledger', {
    selector: { matchLabels: { owner } },
    limit: { tokens: 1_000_000 },
    window: { lifetime: true },
  });
  for (let call = 0; call < 3; call++) assert.equal((await world.ask(owner)).status, 200);
  // Killed at once: what the timer has not entered yet is entered by the next start.
  await world.restart('SIGKILL');
  const before = await ids();
  assert.equal(before.length, 3);
  assert.equal(await drifted(world), 0);
  assert.equal((await world.ask(owner)).status, 200);
  await world.restart('SIGTERM');
  const after = await ids();
  assert.equal(after.length, 4);
  assert.deepEqual(after.slice(1), before);
  assert.equal(new Set(after).size, 4);
  assert.equal(await resetCounters(world, 'budget|agentgateway-system/ledger|'), 1);
  await world.restart('SIGTERM');
  await eventually(async () => assert.equal(await drifted(world), 1));

  // Somebody reset it on purpose: the counter is right.
  const repair = async (body: object) => (await askAdmin(world.gateway, 'POST', '/drift:repair', body)).body;
  const [found] = (
    await world.admin<{ items: { budget: string; counted: number; entered: number }[] }>('drift')
  ).items;
  assert.deepEqual([found?.budget, found?.counted], ['agentgateway-system/ledger', 0]);
  assert.ok(found!.entered > 400);
  assert.equal((await repair({ believe: 'counters' }))['dryRun'], true);
  assert.equal((await world.admin<{ items: unknown[] }>('drift')).items.length, 1);
  const done = (await repair({ believe: 'counters', dryRun: false }))['repaired'] as unknown[];
  assert.equal(done.length, 1);
  assert.deepEqual((await world.admin<{ items: unknown[] }>('drift')).items, []);
  const [entry] = (await world.admin<{ items: { action: string }[] }>('audit?limit=1')).items;
  assert.equal(entry?.action, 'drift.repair');
  assert.equal((await world.ask(owner)).status, 200);
  await world.restart('SIGKILL');
  assert.equal(await drifted(world), 0);
});

test('calls older than TOLLGATE_LEDGER_DAYS leave the ledger, newer ones stay', async (t) => {
  const dataDir = temporaryDirectory();
  const path = join(dataDir, 'ledger.db');
  const write = openSqliteLedger(path);
  const old = ledgerRecord(1, { startedAtMs: Date.now() - 3 * 86_400_000 });
  const fresh = ledgerRecord(2, { startedAtMs: Date.now() - 86_400_000 });
  write.append([old, fresh], []);
  write.close();
  const gateway = await startGateway({ dataDir, env: { TOLLGATE_LEDGER_DAYS: '2' } });
  t.after(() => removeDirectory(dataDir));
  await gateway.stop();
  const read = openSqliteLedger(path);
  assert.deepEqual(read.search({}, { limit: 10 }).records, [fresh]);
  read.close();
});
