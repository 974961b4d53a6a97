import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestAdmin } from './admin-api.fixture.ts';

const keys = [
  { name: 'made' },
  { name: 'given', value: 'sk-given-0123456789', owner: 'anna' },
  { name: 'given-again', value: 'sk-given-0123456789' },
  { name: 'Wrong Name' },
  { name: 'made', owner: 'second of the name' },
  { owner: 'nameless' },
  { name: 'odd', colour: '<b>' },
];

test('a dry run finds what the import will find, and writes nothing', async (t) => {
  const admin = await startTestAdmin(t);
  const dry = (await admin.call('POST', '/keys:import', { keys, dryRun: true })).body.results;
  assert.equal((await admin.call('GET', '/keys?search=made')).body.total, 0);
  assert.ok(dry.every(({ value }: { value?: string }) => value === undefined));
  const real = (await admin.call('POST', '/keys:import', { keys })).body.results;
  const outcomes = (results: { ok: boolean; error?: string }[]) =>
    results.map(({ ok, error = '' }) => (ok ? 'ok' : error.split(':', 1)[0]));
  assert.deepEqual(outcomes(real), ['ok', 'ok', 'value', 'name', 'name', 'name', 'colour']);
  assert.deepEqual(outcomes(dry), outcomes(real));
  assert.match(real[0].value, /^tg_/);
  assert.equal(real[1].value, undefined);
  assert.deepEqual(
    real.map(({ index }: { index: number }) => index),
    [0, 1, 2, 3, 4, 5, 6],
  );
  const bearer = { authorization: `Bearer ${real[0].value}` };
  assert.equal((await admin.call('GET', '/session', undefined, bearer)).body.role, 'holder');
  const log = JSON.stringify(admin.logged);
  assert.ok(!log.includes(real[0].value) && !log.includes('sk-given'));
});

test('a thousand keys at a time, and not one more', async (t) => {
  const admin = await startTestAdmin(t);
  const many = Array.from({ length: 1_001 }, (_, i) => ({ name: `key-${i}` }));
  assert.equal((await admin.call('POST', '/keys:import', { keys: many })).body.error.field, 'keys');
  const { results } = (await admin.call('POST', '/keys:import', { keys: many.slice(1) })).body;
  assert.ok(results.every(({ ok }: { ok: boolean }) => ok));
  assert.equal((await admin.call('GET', '/keys?search=key-&limit=1')).body.total, 1_000);
});
