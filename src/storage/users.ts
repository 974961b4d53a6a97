/** Contract of the store of the console's users, who log in with a password. Methods reject with `StoreUnavailable`. */
import type { ConsoleRole } from '../core/login/person.ts';

export interface ConsoleUser extends ConsoleRole {
  /** Lower case. */
  name: string;
  /** Cannot log in; sessions have ended. */
  disabled: boolean;
  /** RFC 3339. */
  createdAt: string;
  passwordChangedAt: string;
}

export interface StoredUser extends ConsoleUser {
  /** As `src/admin/password-hash.ts` makes it. */
  passwordHash: string;
}

export interface Users {
  /** By name. */
  list(): StoredUser[] | Promise<StoredUser[]>;
  find(name: string): StoredUser | undefined | Promise<StoredUser | undefined>;
  /** False when the name is taken. */
  create(user: StoredUser): boolean | Promise<boolean>;
  /**
   * Read, changed and written as one step: what somebody else changes meanwhile is not lost. `change` keeps the name and does
   * nothing else; what it throws is thrown. Undefined when there is no such user.
   */
  change(
    name: string,
    change: (user: StoredUser) => StoredUser,
  ): StoredUser | undefined | Promise<StoredUser | undefined>;
  /** False when there is none. In force for all that use the store once it resolved. */
  delete(name: string): boolean | Promise<boolean>;
}
