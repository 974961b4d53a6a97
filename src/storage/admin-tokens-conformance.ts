/** One behaviour suite for every store of admin tokens: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminTokens, NamedToken } from './admin-tokens.ts';

export interface AdminTokensUnderTest {
  tokens: AdminTokens;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<AdminTokens>;
  /** All that is at rest, as text. */
  atRest(): Promise<string>;
  close(): Promise<void>;
}

const hash = (digit: string) => digit.repeat(64);
const viewer: NamedToken = { name: 'ci', role: 'viewer', createdAt: '2026-11-25T12:00:00.000Z' };
const owner: NamedToken = { ...viewer, name: 'Lead', role: 'owner', team: 'platform' };

export function adminTokensConformance(name: string, open: () => Promise<AdminTokensUnderTest>): void {
  const withTokens = (run: (under: AdminTokensUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

  test(
    `${name}: tokens are found by their hash and listed by name, after a restart too`,
    withTokens(async ({ tokens, reopen, atRest }) => {
      assert.deepEqual(await tokens.list(), []);
      assert.equal(await tokens.create(viewer, hash('a')), true);
      assert.equal(await tokens.create(owner, hash('b')), true);
      const again = await reopen();
      assert.deepEqual(await again.list(), [owner, viewer]);
      assert.deepEqual(await again.findByHash(hash('b')), owner);
      assert.deepEqual(await again.findByHash(hash('a')), viewer);
      assert.equal(await again.findByHash(hash('c')), undefined);
      assert.ok((await atRest()).includes(hash('a')));
    }),
  );

  test(
    `${name}: a name is given once, and is free again when its token was deleted`,
    withTokens(async ({ tokens }) => {
      const made = await Promise.all(['1', '2', '3'].map((digit) => tokens.create(viewer, hash(digit))));
      assert.equal(made.filter(Boolean).length, 1);
      assert.equal((await tokens.list()).length, 1);
      assert.equal(await tokens.delete('ci'), true);
      assert.equal(await tokens.delete('ci'), false);
      for (const digit of ['1', '2', '3']) assert.equal(await tokens.findByHash(hash(digit)), undefined);
      assert.equal(await tokens.create(owner, hash('4')), true);
      assert.equal(await tokens.create(viewer, hash('5')), true);
      assert.deepEqual(await tokens.findByHash(hash('5')), viewer);
    }),
  );
}
