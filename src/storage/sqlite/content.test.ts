import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { contentConformance, newContent } from '../content-conformance.ts';
import { openSqliteContent } from './content.ts';
import { openSecretCipher } from './secret-encryption.ts';

const cipherIn = (directory: string, name = 'encryption.key') =>
  openSecretCipher(join(directory, name), true);
const filesOf = (directory: string) =>
  readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('');

contentConformance('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-content-'));
  const path = join(directory, 'content.db');
  let store = openSqliteContent(path, cipherIn(directory));
  const others: { close(): unknown }[] = [];
  return {
    store,
    reopen: async () => {
      store.close();
      store = openSqliteContent(path, cipherIn(directory));
      return store;
    },
    withOtherKey: async () => {
      const other = openSqliteContent(path, cipherIn(directory, 'other.key'));
      others.push(other);
      return other;
    },
    atRest: async () => filesOf(directory),
    close: async () => {
      for (const one of [store, ...others]) one.close();
      rmSync(directory, { recursive: true });
    },
  };
});

test('what is deleted leaves no byte behind, and gives its room back', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-content-'));
  const path = join(directory, 'content.db');
  const store = openSqliteContent(path, cipherIn(directory));
  t.after(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });
  const text = 'x'.repeat(500_000);
  const turns = [{ role: 'user', parts: [{ type: 'text' as const, text }] }];
  void store.append([newContent(1, { content: { prompt: { turns } } })]);
  const database = new DatabaseSync(path);
  const sealed = database.prepare('SELECT sealed FROM content').get()!['sealed'] as Uint8Array;
  database.close();
  const mark = Buffer.from(sealed.slice(40_000, 40_032)).toString('latin1');
  assert.ok(filesOf(directory).includes(mark));
  void store.delete({ user: 'mike' }, 'admin', 1);
  assert.ok(!filesOf(directory).includes(mark));
  assert.ok(filesOf(directory).length < 100_000);
});
