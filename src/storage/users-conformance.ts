/** What every store of users must do; run by the tests of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredUser, Users } from './users.ts';

export const userOf = (name: string, more: Partial<StoredUser> = {}): StoredUser => ({
  name,
  role: 'viewer',
  disabled: false,
  createdAt: '2026-11-25T12:00:00.000Z',
  passwordChangedAt: '2026-11-25T12:00:00.000Z',
  passwordHash: `hash-of-${name}`,
  ...more,
});

/** `open` gives an empty store; `again` the same one, as after a restart. */
export function describeUsers(
  what: string,
  open: () => Promise<{ users: Users; again(): Promise<Users>; close?(): Promise<void> }>,
): void {
  test(`${what}: users are made once, found, listed by name, replaced and deleted, across a restart`, async () => {
    const { users, again, close } = await open();
    const owner = userOf('lee@example.com', { role: 'owner', team: 'research' });
    assert.equal(await users.create(owner), true);
    assert.equal(await users.create(userOf('anna')), true);
    assert.equal(await users.create(userOf('anna', { role: 'admin' })), false);
    assert.equal((await users.find('anna'))?.role, 'viewer');
    assert.equal(await users.find('Anna'), undefined);
    assert.equal(await users.find('__proto__'), undefined);
    const disable = (user: StoredUser) => ({ ...user, disabled: true });
    assert.deepEqual(await users.change('anna', disable), userOf('anna', { disabled: true }));
    assert.equal(await users.change('nobody', disable), undefined);
    const refuse = () => {
      throw new Error('not so');
    };
    await assert.rejects(async () => users.change('anna', refuse), /not so/);
    assert.equal(await users.find('nobody'), undefined);
    const kept = await again();
    assert.deepEqual(await kept.list(), [userOf('anna', { disabled: true }), owner]);
    assert.equal(await kept.delete('anna'), true);
    assert.equal(await kept.delete('anna'), false);
    assert.deepEqual(await (await again()).list(), [owner]);
    await close?.();
  });
}
