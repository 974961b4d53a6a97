import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accountsConformance } from '../accounts-conformance.ts';
import { openTestProcess } from './accounts-process.fixture.ts';
import { noRedis, startRedis } from './redis-server.fixture.ts';

let databases = 0;
/** Each test has a database of its own. */
const nextDatabase = () => databases++;

if (noRedis === false) {
  const redis = await startRedis();
  after(() => redis.stop());
  accountsConformance('over Redis', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tollgate-accounts-'));
    const url = `${redis.url}/${nextDatabase()}`;
    let machine = await openTestProcess({ url, directory });
    return {
      accounts: machine.accounts,
      crash: async () => {
        machine.crash();
        machine = await openTestProcess({ url, directory });
        return machine.accounts;
      },
      close: async () => {
        await machine.close();
        rmSync(directory, { recursive: true });
      },
    };
  });
} else test('accounts over Redis', { skip: noRedis });
