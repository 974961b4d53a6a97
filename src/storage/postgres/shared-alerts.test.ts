import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { DueAlert } from '../../core/budget/alerts.ts';
import { PostgresConnection } from './connection.ts';
import { noPostgres, startPostgres, type TestPostgres } from './postgres-server.fixture.ts';
import { migratePostgresSchema } from './schema.ts';
import { openPostgresAlerts } from './shared-alerts.ts';

function alert(end: number | string, atPercent = 80): DueAlert {
  const standing = { group: 'mike', unit: 'tokens', limit: 10, used: 8, reserved: 0, remaining: 2 } as const;
  return {
    id: `${end}|ns/daily|mike|${atPercent}|finance`,
    budget: 'ns/daily',
    alert: { atPercent, webhook: 'finance' },
    standing: { ...standing, resetsAtSeconds: Number(end) },
    usedPercent: 80,
  };
}

async function gateways(t: TestContext, server: TestPostgres, clock: { now: number }, leaseMs?: number) {
  const url = await server.createDatabase();
  const open = async (replica: string) => {
    const connection = new PostgresConnection({ url });
    await migratePostgresSchema(connection);
    t.after(() => connection.close());
    const given = { connection, replica, nowSeconds: () => clock.now };
    return openPostgresAlerts({ ...given, ...(leaseMs !== undefined && { leaseMs }) });
  };
  return { one: await open('one'), two: await open('two') };
}

function tests(server: TestPostgres): void {
  test('of gateways that ask at once one tells an alert; told is told, until its window ends', async (t) => {
    const clock = { now: 1_000 };
    const { one, two } = await gateways(t, server, clock);
    const due = alert(2_000);
    const claims = await Promise.all([one, two, one, two].map((gateway) => gateway.claim(due)));
    assert.deepEqual(claims.toSorted(), ['mine', 'others', 'others', 'others']);
    assert.equal(await two.claim(alert(2_000, 90)), 'mine');
    await one.told(due.id);
    assert.deepEqual([await one.claim(due), await two.claim(due)], ['told', 'told']);
    assert.equal(await one.claim(alert('NaN')), 'mine');
    await one.told(alert('NaN').id);
    clock.now = 2_000;
    await two.told(alert(3_000).id);
    assert.equal(await one.claim(alert(3_000)), 'told');
    assert.equal(await two.claim(due), 'mine', 'forgotten with its window');
    assert.equal(await two.claim(alert('NaN')), 'told', 'a window that does not end');
  });

  test('what was claimed and not told in time is left to whoever asks next, with all that it says', async (t) => {
    const { one, two } = await gateways(t, server, { now: 1_000 }, 50);
    const due = alert(2_000);
    assert.equal(await one.claim(due), 'mine');
    let left: DueAlert[] = [];
    while (left.length === 0) left = await two.abandoned!();
    assert.deepEqual(left, [due]);
    assert.equal(await two.claim(left[0]!), 'mine');
    await two.told(due.id);
    assert.deepEqual(await one.abandoned!(), []);
    assert.equal(await one.claim(due), 'told');
  });

  test('while nobody can be asked an alert is rather told twice than never', async (t) => {
    const connection = new PostgresConnection({ url: 'postgres://tollgate:none@127.0.0.1:1/none' });
    t.after(() => connection.close());
    const alerts = openPostgresAlerts({ connection, replica: 'one', nowSeconds: () => 1_000 });
    assert.equal(await alerts.claim(alert(2_000)), 'mine');
    await alerts.told(alert(2_000).id);
    assert.deepEqual(await alerts.abandoned!(), []);
  });
}

if (noPostgres) test('alerts of gateways over one Postgres', { skip: noPostgres }, () => {});
else {
  const server = await startPostgres();
  after(() => server.stop());
  tests(server);
}
