/** What the API says of recorded calls, over the real store, writer and retention. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { contentRetentionOf } from '../core/config/retention.ts';
import type { KubeObject } from '../core/resources/object.ts';
import { ContentWriter } from '../ledger/content-writer.ts';
import { RetentionKeeper } from '../ledger/retention-keeper.ts';
import type { AuditLog } from '../storage/audit-log.ts';
import { newContent } from '../storage/content-conformance.ts';
import { ledgerRecord } from '../storage/ledger.fixture.ts';
import { openSqliteContent } from '../storage/sqlite/content.ts';
import { openSecretCipher } from '../storage/sqlite/secret-encryption.ts';
import { startTestAdmin, type TestAdmin } from './admin-api.fixture.ts';

const day = 86_400_000;
const nowMs = Date.UTC(2026, 10, 25, 12);
const content = { prompts: true, answers: false, setBy: 'HTTPRoute ns/claude' };
const log = { info: () => undefined, error: () => undefined };

/** Calls of `ago` days ago: in the ledger all of them, what was said only of those that are `stored`. */
async function startRecorded(
  t: TestContext,
  ago: readonly number[],
  { stored = [], flags = {}, auditLog }: { stored?: number[]; flags?: object; auditLog?: AuditLog } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-content-'));
  const store = openSqliteContent(
    join(directory, 'content.db'),
    openSecretCipher(join(directory, 'key'), true),
  );
  const calls = ago.map((days, n) => ledgerRecord(n, { startedAtMs: nowMs - days * day, content }));
  await store.append(
    stored.map((n) => newContent(n, { id: calls[n]!.id, startedAtMs: calls[n]!.startedAtMs })),
  );
  const writer = new ContentWriter({ store, onTaken: () => undefined, log });
  let admin: TestAdmin | undefined;
  const configMaps = () => (admin?.list('ConfigMap') ?? []) as KubeObject[];
  const setting = () => contentRetentionOf(flags, configMaps());
  const retention = new RetentionKeeper({ ledger: store, setting, nowMs: () => nowMs, log });
  t.after(async () => {
    await retention.stop();
    await writer.stop();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const contents = {
    get: (id: string) => writer.get(id),
    isWaiting: (id: string) => writer.isWaiting(id),
    delete: writer.delete.bind(writer),
    extent: async (beforeMs?: number) => store.extent(beforeMs),
    retention,
  };
  // The first cleaning is at the start.
  while (retention.status().lastRun === undefined) await new Promise((resolve) => setImmediate(resolve));
  admin = await startTestAdmin(t, { contents, retention, ...(auditLog && { auditLog }) });
  admin.ledger.append(calls, []);
  return {
    admin,
    store,
    state: async (n: number) => (await admin.call('GET', `/calls/${calls[n]!.id}/content`)).body,
    calls,
  };
}

test('recorded, lost, being stored, expired, deleted: each is told', async (t) => {
  const { admin, state, calls } = await startRecorded(t, [1, 1, 0, 9, 1], { stored: [0, 3, 4] });
  assert.deepEqual(await state(0), {
    state: 'recorded',
    ...content,
    keptDays: 7,
    ...newContent(0).content,
  });
  assert.equal((await state(1)).state, 'lost');
  assert.equal((await state(2)).state, 'pending');
  admin.clock.nowMs += 6_000;
  assert.equal((await state(2)).state, 'lost', 'it did not come');
  assert.equal((await state(3)).state, 'expired', 'the retention has removed it');
  assert.deepEqual((await admin.call('DELETE', `/contents?key=VirtualKey/ns/mike`)).body, { deleted: 2 });
  const { state: gone, deletedBy, deletedAt, prompt } = await state(4);
  assert.deepEqual([gone, deletedBy, prompt], ['deleted', 'admin', undefined]);
  assert.equal(Date.parse(deletedAt), admin.clock.nowMs);
  const { body } = await admin.call('GET', '/audit');
  const { action, object, changes } = body.items[0];
  assert.deepEqual([action, object], ['content.delete', 'Contents/VirtualKey/ns/mike']);
  assert.deepEqual(changes, [{ field: 'deleted', to: 2 }]);
  assert.ok(!JSON.stringify(body).includes('what is'), 'what was said is not in the audit log');
  assert.equal((await admin.call('GET', '/calls/nobody/content')).status, 404);
  assert.equal((await admin.call('GET', `/calls/${calls[0]!.id}`)).body.content.setBy, content.setBy);
  for (const query of ['', '?key=', '?key=a&user=b'])
    assert.equal((await admin.call('DELETE', `/contents${query}`)).status, 400);
});

test('a reading that cannot be entered in the audit log shows nothing', async (t) => {
  const failing = {
    append: () => {
      throw new Error('disk full');
    },
    search: () => ({ entries: [] }),
    close: () => undefined,
  };
  const { admin, calls } = await startRecorded(t, [1], { stored: [0], auditLog: failing });
  const { status, body } = await admin.call('GET', `/calls/${calls[0]!.id}/content`);
  assert.deepEqual([status, body.error.code], [503, 'no_audit']);
  assert.ok(!JSON.stringify(body).includes('what is'));
});

test('how long it is kept: a week, or what the same ConfigMap says; how many would go is told', async (t) => {
  const { admin } = await startRecorded(t, [1, 3], { stored: [0, 1] });
  const { contents } = (await admin.call('GET', '/retention?contentDays=2')).body;
  assert.deepEqual(
    [contents.days, contents.setBy, contents.editable, contents.calls, contents.wouldDelete],
    [7, 'default', true, 2, 1],
  );
  const changed = (await admin.call('PUT', '/retention', { contentDays: 2 })).body.contents;
  assert.deepEqual([changed.days, changed.setBy], [2, 'configMap']);
  const [object] = admin.list('ConfigMap').filter(({ metadata }) => metadata.name === 'tollgate-retention');
  assert.deepEqual(object!['data'], { contentDays: '2' });
  assert.equal((await admin.call('PUT', '/retention', { contentDays: null })).body.contents.days, 7);
  assert.equal((await admin.call('PUT', '/retention', {})).status, 422);
});

test('what the gateway was started with cannot be changed here', async (t) => {
  const { admin } = await startRecorded(t, [1], { flags: { contentDays: 3 } });
  const { status, body } = await admin.call('PUT', '/retention', { contentDays: 2 });
  assert.equal(status, 409);
  assert.match(body.error.message, /--content-days/);
  assert.equal((await admin.call('GET', '/retention')).body.contents.editable, false);
});
