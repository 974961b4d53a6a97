import assert from 'node:assert/strict';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeUsers, userOf } from '../users-conformance.ts';
import { openFileUsers } from './users.ts';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'users-')), 'users.json');

describeUsers('file', async () => {
  const path = newPath();
  return { users: openFileUsers(path), again: async () => openFileUsers(path) };
});

test('the file is for this user alone; a damaged one is no empty one', async () => {
  const path = newPath();
  await openFileUsers(path).create(userOf('anna'));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const damaged = [
    '{"users": [',
    '{}',
    JSON.stringify({ users: [userOf('anna', { role: 'root' as 'admin' })] }),
    JSON.stringify({ users: [userOf('anna', { role: 'owner' })] }),
  ];
  for (const text of damaged) {
    writeFileSync(path, text);
    assert.throws(() => openFileUsers(path), /is damaged/, text);
  }
});
