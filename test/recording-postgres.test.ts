/** Gateways over one Postgres have one record of what was said: any of them shows it and deletes it. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import postgres from 'postgres';
import { noPostgres, startPostgres } from '../src/storage/postgres/postgres-server.fixture.ts';
import { eventually } from './support/eventually.ts';
import { startGateway, temporaryDirectory } from './support/gateway.ts';
import { RecordingWorld, textsOf } from './support/recording-world.ts';

test('recorded by one gateway, read and deleted at the other; encrypted in the database', {
  skip: noPostgres,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const url = await server.createDatabase();
  const env = { TOLLGATE_POSTGRES_URL: url };
  const one = await RecordingWorld.start(t, { env });
  const dataDir = temporaryDirectory();
  copyFileSync(join(one.gateway.dataDir, 'encryption.key'), join(dataDir, 'encryption.key'));
  const two = RecordingWorld.of(t, await startGateway({ env, dataDir }), { env });
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  t.after(() => sql.end());

  await one.annotate({ 'tollgate.dev/record-content': 'prompts,answers' });
  const body = { model: 'm', messages: [{ role: 'user', content: 'kakapo' }] };
  await (await one.call('/v1/chat/completions', body)).text();
  const { id, state, prompt, answer } = await two.said();
  assert.equal(state, 'recorded');
  assert.deepEqual(textsOf(prompt), ['kakapo']);
  assert.match(textsOf(answer)[0]!, /kakapo/);
  const rows = await sql.unsafe('SELECT * FROM tollgate.content');
  assert.equal(rows.length, 1);
  assert.ok(!JSON.stringify(rows).includes('kakapo'));
  assert.deepEqual((await two.admin('DELETE', `/calls/${id}/content`)).body, { deleted: 1 });
  assert.equal((await one.said()).state, 'deleted');
  // Both gateways' entries are one list.
  await eventually(async () => {
    const { body: log } = await one.admin('GET', `/audit?object=Call/${id}`);
    const actions = log.items.map(({ action }: { action: string }) => action);
    assert.deepEqual(actions, ['content.delete', 'content.read']);
  });
});
