import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { auditEntry, auditLogConformance } from '../audit-log-conformance.ts';
import { openSqliteAuditLog } from './audit-log.ts';

function directoryOf(t: { after(end: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

auditLogConformance('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-audit-'));
  const path = join(directory, 'audit.db');
  let log = openSqliteAuditLog(path);
  return {
    log,
    reopen: async () => {
      log.close();
      log = openSqliteAuditLog(path);
      return log;
    },
    close: async () => {
      log.close();
      rmSync(directory, { recursive: true });
    },
  };
});

test('what was appended survives kill -9', (t) => {
  const path = join(directoryOf(t), 'audit.db');
  const module = join(import.meta.dirname, 'audit-log.ts');
  const program = `import { openSqliteAuditLog } from ${JSON.stringify(module)};
    openSqliteAuditLog(${JSON.stringify(path)}).append([${JSON.stringify(auditEntry(7))}]);
    process.kill(process.pid, 'SIGKILL');`;
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
  assert.equal(spawnSync(process.execPath, flags).signal, 'SIGKILL');
  const log = openSqliteAuditLog(path);
  assert.deepEqual(log.search({}, { limit: 1 }).entries, [{ id: 1, ...auditEntry(7) }]);
  log.close();
});

test('a file of an earlier release is brought up to date, with what is in it', (t) => {
  const path = join(directoryOf(t), 'audit.db');
  const before = openSqliteAuditLog(path);
  before.append([auditEntry(1)]);
  before.close();
  const database = new DatabaseSync(path);
  database.exec('DROP TABLE log; DROP INDEX entry_action; PRAGMA user_version = 1;');
  database.close();
  const log = openSqliteAuditLog(path);
  log.append([auditEntry(2)]);
  assert.deepEqual(
    log.after(0, 9).map(({ atMs }) => atMs),
    [1, 2],
  );
  assert.match(log.name, /^[0-9a-f-]{36}$/);
  log.close();
});

test('each log has a name of its own, for good; what is delivered elsewhere is read oldest first', (t) => {
  const directory = directoryOf(t);
  const [first, other] = ['one.db', 'two.db'].map((file) => openSqliteAuditLog(join(directory, file)));
  first!.append([1, 2, 3].map((n) => auditEntry(n)));
  first!.close();
  const again = openSqliteAuditLog(join(directory, 'one.db'));
  assert.equal(again.name, first!.name);
  assert.notEqual(again.name, other!.name);
  assert.deepEqual(
    again.after(1, 5).map(({ id }) => id),
    [2, 3],
  );
  assert.deepEqual(
    again.after(0, 2).map(({ atMs }) => atMs),
    [1, 2],
  );
  again.close();
  other!.close();
});
