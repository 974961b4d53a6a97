/** The setting that chooses the way to upstreams. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseTransport } from './create-transport.ts';

test('ours unless undici is asked for; what is neither is refused', async () => {
  const chosen = async (engine?: string) => (await chooseTransport({ TOLLGATE_UPSTREAM_HTTP: engine })).name;
  assert.equal(await chosen(), 'createHttp1Transport');
  assert.equal(await chosen(''), 'createHttp1Transport');
  assert.equal(await chosen('own'), 'createHttp1Transport');
  assert.equal(await chosen('undici'), 'createUndiciTransport');
  await assert.rejects(chosen('Own'), /must be "own" or "undici"/);
});
