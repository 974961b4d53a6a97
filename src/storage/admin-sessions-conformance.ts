/** One behaviour suite for every store of sessions: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AdminSessions, maxSessions, type StoredSession } from './admin-sessions.ts';

export interface AdminSessionsUnderTest {
  sessions: AdminSessions;
  close(): Promise<void>;
}

const session = (id: string, fields: Partial<StoredSession> = {}): StoredSession => ({
  id,
  role: 'admin',
  expiresAtMs: 1_000,
  ...fields,
});

export function adminSessionsConformance(name: string, open: () => Promise<AdminSessionsUnderTest>): void {
  const withSessions = (run: (sessions: AdminSessions) => Promise<void>) => async () => {
    const under = await open();
    try {
      await run(under.sessions);
    } finally {
      await under.close();
    }
  };

  test(
    `${name}: a session is there until it is ended, with what opened it`,
    withSessions(async (sessions) => {
      const holder = session('b', { role: 'holder', keyHash: 'k' });
      const named = session('c', { role: 'viewer', tokenHash: 't' });
      const person = session('p', { role: 'owner', person: { from: 'oidc', name: 'lee', team: 'research' } });
      for (const one of [session('a'), holder, named, person]) await sessions.begin(one, 0);
      assert.deepEqual(await sessions.find('a'), session('a'));
      assert.deepEqual(await sessions.find('b'), holder);
      assert.deepEqual(await sessions.find('c'), named);
      assert.deepEqual(await sessions.find('p'), person);
      assert.equal(await sessions.find('d'), undefined);
      await sessions.end('a');
      await sessions.end('a');
      assert.equal(await sessions.find('a'), undefined);
      assert.deepEqual(await sessions.find('b'), holder);
    }),
  );

  test(
    `${name}: those that have ended are forgotten when another one begins`,
    withSessions(async (sessions) => {
      await sessions.begin(session('a', { expiresAtMs: 10 }), 0);
      await sessions.begin(session('b', { expiresAtMs: 11 }), 0);
      await sessions.begin(session('c'), 10);
      assert.equal(await sessions.find('a'), undefined);
      assert.equal((await sessions.find('b'))?.id, 'b');
    }),
  );

  test(
    `${name}: beyond the most there may be the oldest ends`,
    withSessions(async (sessions) => {
      for (let n = 0; n <= maxSessions; n++) await sessions.begin(session(`s${n}`), 0);
      assert.equal(await sessions.find('s0'), undefined);
      assert.equal((await sessions.find('s1'))?.id, 's1');
      assert.equal((await sessions.find(`s${maxSessions}`))?.id, `s${maxSessions}`);
    }),
  );

  test(
    `${name}: a login code is taken once, whoever else tries`,
    withSessions(async (sessions) => {
      await sessions.addCode('one', 500, 0);
      await sessions.addCode('two', 600, 0);
      const taken = await Promise.all([1, 2, 3].map(() => sessions.takeCode('one')));
      assert.deepEqual(
        taken.filter((end) => end !== undefined),
        [500],
      );
      assert.equal(await sessions.takeCode('one'), undefined);
      assert.equal(await sessions.takeCode('none'), undefined);
      await sessions.addCode('three', 900, 600);
      assert.equal(await sessions.takeCode('two'), undefined);
      assert.equal(await sessions.takeCode('three'), 900);
    }),
  );
}
