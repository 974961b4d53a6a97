/** Prices of one's own through the real program: by file and by ConfigMap, in force for the next call, without a restart. */
import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RequestRecord } from '../src/core/record.ts';
import { type BudgetWorld, budgetWorld } from './support/budget-world.ts';
import { eventually } from './support/eventually.ts';
import { removeDirectory, temporaryDirectory } from './support/gateway.ts';

/** Of what the demo's backend asks for; dollars per million input tokens. */
const catalog = (input: string) =>
  JSON.stringify({ providers: { anthropic: { models: { 'claude-sonnet-5': { rates: { input } } } } } });

async function lastCall(world: BudgetWorld): Promise<RequestRecord> {
  const { id } = (await world.calls('limit=1'))[0] ?? { id: '' };
  assert.equal((await world.ask('tg-prices')).status, 200);
  let last: RequestRecord | undefined;
  await eventually(async () => {
    [last] = await world.calls('limit=1');
    assert.notEqual(last?.id ?? id, id);
  });
  return last!;
}

interface Prices {
  sources: { name: string; error?: string }[];
}

test('a file and a ConfigMap change what calls cost; what cannot be read changes nothing and is told', async (t) => {
  const directory = temporaryDirectory();
  t.after(() => removeDirectory(directory));
  const path = join(directory, 'prices.json');
  writeFileSync(path, catalog('1000'));
  const world = await budgetWorld(t, ['--prices', path]);
  await world.key('tg-prices', {}, { team: 'a' });
  const costOf = ({ llm }: RequestRecord) => Math.round(llm!.costNano! / llm!.usage!.inputTokens);
  assert.equal(costOf(await lastCall(world)), 1_000_000);
  writeFileSync(path, catalog('2000'));
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  await eventually(async () => assert.equal(costOf(await lastCall(world)), 2_000_000));
  const labels = { 'tollgate.dev/prices': 'true' };
  const metadata = { name: 'ours', namespace: 'agentgateway-system', labels };
  const apply = (text: string) =>
    world.cluster.apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'catalog.json': text } }),
    );
  await apply(catalog('3000'));
  await eventually(async () => assert.equal(costOf(await lastCall(world)), 3_000_000));
  await apply('{');
  await eventually(async () => {
    const { sources } = await world.admin<Prices>('prices?limit=1');
    assert.match(sources.at(-1)?.error ?? '', /not JSON/);
  });
  assert.equal(costOf(await lastCall(world)), 3_000_000);
  const metrics = await (await fetch(`http://${world.gateway.address}:15020/metrics`)).text();
  assert.match(metrics, /^tollgate_price_sources_refused 1$/m);
});
