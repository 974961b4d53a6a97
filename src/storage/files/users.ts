/** Users in a file of the data directory that only this user can read. */
import { consoleRoles } from '../../core/login/person.ts';
import type { StoredUser, Users } from '../users.ts';
import { readNamedList, writeNamedList } from './named-list.ts';

/** Throws as `readNamedList`. */
export function openFileUsers(path: string): Users {
  const file = { path, member: 'users', isWhole: isUser };
  let users = byName(readNamedList(file));
  const save = (next: Iterable<StoredUser>) => {
    const sorted = [...next].sort((a, b) => (a.name < b.name ? -1 : 1));
    writeNamedList(file, sorted);
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

function isUser({ name, role, team, disabled, passwordHash }: StoredUser): boolean {
  const isWhole =
    typeof name === 'string' && typeof disabled === 'boolean' && typeof passwordHash === 'string';
  return (
    isWhole && consoleRoles.includes(role) && (role === 'owner') === (typeof team === 'string' && team !== '')
  );
}
