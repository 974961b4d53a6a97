import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NewAuditEntry } from '../audit-log.ts';
import { openSqliteAuditLog } from './audit-log.ts';

const entry = (n: number, fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  atMs: n,
  actor: 'admin',
  role: 'admin',
  action: 'create',
  object: `Budget/ns/b${n}`,
  changes: [{ field: 'spec', to: n }],
  ...fields,
});

function directoryOf(t: { after(end: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('entries are found newest first, page by page, by object, actor and time, after a restart too', (t) => {
  const path = join(directoryOf(t), 'audit.db');
  const first = openSqliteAuditLog(path);
  first.append([1, 2, 3, 4].map((n) => entry(n)));
  first.append([entry(5, { actor: 'kubeconfig (kubectl)', object: 'VirtualKey/ns/b_' })]);
  first.close();
  const log = openSqliteAuditLog(path);
  const times = (...given: Parameters<typeof log.search>) => log.search(...given).entries.map((e) => e.atMs);
  const page = log.search({}, { limit: 2 });
  assert.deepEqual(page.entries[1], { id: 4, ...entry(4) });
  assert.equal(page.next, 4);
  assert.deepEqual(log.search({}, { limit: 3, before: 4 }), {
    entries: [3, 2, 1].map((n) => ({ id: n, ...entry(n) })),
  });
  assert.deepEqual(times({ object: 'Budget/ns/b2' }, { limit: 9 }), [2]);
  assert.deepEqual(times({ object: 'Budget/' }, { limit: 9 }), [4, 3, 2, 1]);
  assert.deepEqual(times({ object: 'VirtualKey/ns/b%' }, { limit: 9 }), []);
  assert.deepEqual(times({ actor: 'kubeconfig' }, { limit: 9 }), [5]);
  assert.deepEqual(times({ actor: 'kubeconfig (kubectl)' }, { limit: 9 }), [5]);
  assert.deepEqual(times({ actor: 'kube' }, { limit: 9 }), []);
  assert.deepEqual(times({ fromMs: 2, toMs: 4 }, { limit: 9 }), [3, 2]);
  log.close();
});

test('what was appended survives kill -9', (t) => {
  const path = join(directoryOf(t), 'audit.db');
  const module = join(import.meta.dirname, 'audit-log.ts');
  const program = `import { openSqliteAuditLog } from ${JSON.stringify(module)};
    openSqliteAuditLog(${JSON.stringify(path)}).append([${JSON.stringify(entry(7))}]);
    process.kill(process.pid, 'SIGKILL');`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  assert.equal(spawnSync(process.execPath, flags).signal, 'SIGKILL');
  const log = openSqliteAuditLog(path);
  assert.deepEqual(log.search({}, { limit: 1 }).entries, [{ id: 1, ...entry(7) }]);
  log.close();
});
