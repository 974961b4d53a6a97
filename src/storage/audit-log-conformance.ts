/** One behaviour suite for every audit log: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditLog, NewAuditEntry } from './audit-log.ts';

export interface AuditLogUnderTest {
  log: AuditLog;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<AuditLog>;
  close(): Promise<void>;
}

export const auditEntry = (n: number, fields: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  atMs: n,
  actor: 'admin',
  role: 'admin',
  action: 'create',
  object: `Budget/ns/b${n}`,
  changes: [{ field: 'spec', to: n }],
  ...fields,
});

export function auditLogConformance(name: string, open: () => Promise<AuditLogUnderTest>): void {
  const withLog = (run: (under: AuditLogUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };

  test(
    `${name}: entries are found by object, actor, action and time, after a restart too`,
    withLog(async ({ log, reopen }) => {
      log.append([1, 2, 3, 4].map((n) => auditEntry(n)));
      log.append([auditEntry(5, { actor: 'kubeconfig (kubectl)', object: 'VirtualKey/ns/b_' })]);
      const again = await reopen();
      const times = async (filter: Parameters<AuditLog['search']>[0]) =>
        (await again.search(filter, { limit: 9 })).entries.map(({ atMs }) => atMs);
      assert.deepEqual(await times({}), [5, 4, 3, 2, 1]);
      assert.deepEqual(await times({ object: 'Budget/ns/b2' }), [2]);
      assert.deepEqual(await times({ object: 'Budget/' }), [4, 3, 2, 1]);
      assert.deepEqual(await times({ object: 'VirtualKey/ns/b%' }), []);
      assert.deepEqual(await times({ object: 'VirtualKey/ns/b_' }), [5]);
      assert.deepEqual(await times({ actor: 'kubeconfig' }), [5]);
      assert.deepEqual(await times({ actor: 'kubeconfig (kubectl)' }), [5]);
      assert.deepEqual(await times({ actor: 'kube' }), []);
      assert.deepEqual(await times({ fromMs: 2, toMs: 4 }), [3, 2]);
      assert.deepEqual(await times({ actor: 'admin', object: 'Budget/', fromMs: 4 }), [4]);
      again.append([auditEntry(6, { action: 'keys.rotate' }), auditEntry(7, { action: 'keys_rotate' })]);
      assert.deepEqual(await times({ action: 'keys.' }), [6]);
      assert.deepEqual(await times({ action: 'create', fromMs: 4 }), [5, 4]);
    }),
  );

  test(
    `${name}: page by page, newest first, each entry whole and once`,
    withLog(async ({ log }) => {
      // Many at one moment: their order is that of the changes.
      const given = Array.from({ length: 25 }, (_, n) =>
        auditEntry(Math.floor(n / 7), { object: `Key/ns/k${n}`, changes: [{ field: 'é\t"', from: n }] }),
      );
      for (const entry of given) log.append([entry]);
      const seen = [];
      for (let before: number | undefined, more = true; more; more = before !== undefined) {
        const page = await log.search({}, { limit: 4, ...(before !== undefined && { before }) });
        seen.push(...page.entries);
        before = page.next;
      }
      assert.deepEqual(
        seen.map(({ id: _, ...entry }) => entry),
        given.toReversed(),
      );
      assert.equal(new Set(seen.map(({ id }) => id)).size, given.length);
    }),
  );

  test(
    `${name}: in every order and both directions, pages put together are the whole, sorted`,
    withLog(async ({ log }) => {
      // Upper case comes before lower case, whatever a server's language says.
      const texts = ['b', 'a', 'B', 'é', 'a'];
      const given = Array.from({ length: 20 }, (_, n) =>
        auditEntry(n, {
          actor: texts[n % 5]!,
          action: texts[(n * 2) % 5]!,
          object: `Key/ns/${texts[(n * 3) % 5]}`,
        }),
      );
      log.append(given);
      for (const by of ['time', 'actor', 'action', 'object'] as const)
        for (const ascending of [true, false]) {
          const seen: NewAuditEntry[] = [];
          for (let before: number | undefined, more = true; more; more = before !== undefined) {
            const order = { by, ascending };
            const page = await log.search({}, { limit: 3, order, ...(before !== undefined && { before }) });
            seen.push(...page.entries.map(({ id: _, ...entry }) => entry));
            before = page.next;
          }
          const textOf = (entry: NewAuditEntry) => (by === 'time' ? '' : entry[by]);
          const wanted = given.toSorted((a, b) =>
            textOf(a) === textOf(b) ? a.atMs - b.atMs : textOf(a) < textOf(b) ? -1 : 1,
          );
          assert.deepEqual(seen, ascending ? wanted : wanted.toReversed(), `${by} ${ascending}`);
        }
    }),
  );
}
