import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminTokensConformance } from '../admin-tokens-conformance.ts';
import { openFileAdminTokens, tokensInFile } from './admin-tokens.ts';

adminTokensConformance('a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-tokens-'));
  const path = join(directory, 'admin-tokens.json');
  return {
    tokens: openFileAdminTokens(path),
    reopen: async () => openFileAdminTokens(path),
    atRest: async () => readFileSync(path, 'utf8'),
    close: async () => rmSync(directory, { recursive: true }),
  };
});

test('only this user can read the file; a damaged one stops the start', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-tokens-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'admin-tokens.json');
  const token = { name: 'lead', role: 'owner', team: 'platform', createdAt: '2026-11-25T12:00:00Z' } as const;
  openFileAdminTokens(path).create(token, 'a'.repeat(64));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(tokensInFile(path), [{ token, hash: 'a'.repeat(64) }]);
  const stored = readFileSync(path, 'utf8');
  for (const damaged of ['{', '{"tokens":[{}]}', stored.replace('"team": "platform",', '')]) {
    writeFileSync(path, damaged);
    assert.throws(() => openFileAdminTokens(path), /is damaged/);
  }
});
