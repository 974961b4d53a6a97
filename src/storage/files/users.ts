/** Users in a file of the data directory that only this user can read. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { consoleRoles } from '../../core/login/person.ts';
import type { StoredUser, Users } from '../users.ts';

/** Throws when the file is there and cannot be read: users must not vanish by a damaged file. */
export function openFileUsers(path: string): Users {
  let users: ReadonlyMap<string, StoredUser> = byName(read(path));
  const save = (next: Iterable<StoredUser>) => {
    const sorted = [...next].sort((a, b) => (a.name < b.name ? -1 : 1));
    const text = `${JSON.stringify({ users: sorted }, null, 2)}\n`;
    writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
    users = byName(sorted);
  };
  return {
    list: () => [...users.values()],
    find: (name) => users.get(name),
    create(user) {
      if (users.has(user.name)) return false;
      save([...users.values(), user]);
      return true;
    },
    change(name, change) {
      const before = users.get(name);
      if (before === undefined) return undefined;
      const user = change(before);
      save([...users.values()].map((one) => (one === before ? user : one)));
      return user;
    },
    delete(name) {
      if (!users.has(name)) return false;
      save([...users.values()].filter((one) => one.name !== name));
      return true;
    },
  };
}

function byName(users: readonly StoredUser[]): ReadonlyMap<string, StoredUser> {
  return new Map(users.map((user) => [user.name, user]));
}

function read(path: string): StoredUser[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const { users } = JSON.parse(text) as { users: StoredUser[] };
    if (users.every(isUser)) return users;
  } catch {
    // Told below, without what is in it.
  }
  throw new Error(`${path} is damaged: put it back from a copy, or remove it and make the users anew`);
}

function isUser({ name, role, team, disabled, passwordHash }: StoredUser): boolean {
  const isWhole =
    typeof name === 'string' && typeof disabled === 'boolean' && typeof passwordHash === 'string';
  return (
    isWhole && consoleRoles.includes(role) && (role === 'owner') === (typeof team === 'string' && team !== '')
  );
}
