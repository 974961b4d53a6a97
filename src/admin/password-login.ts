/** Logging in with a user's name and password, and whether such a session still holds. */
import type { Person } from '../core/login/person.ts';
import type { StoredUser, Users } from '../storage/users.ts';
import { type LoginLimit, refuseFor } from './login-limit.ts';
import { isPassword } from './password-hash.ts';
import { Problem } from './problem.ts';
import { sha256 } from './same-secret.ts';

export class PasswordLogin {
  readonly #users: Users;
  /** By address, and by name: many addresses may guess at one. */
  readonly #limit: LoginLimit;

  constructor(users: Users, limit: LoginLimit) {
    this.#users = users;
    this.#limit = limit;
  }

  /** Rejects with 401, the same whatever is wrong, or with 429. */
  async check(name: string, password: string, address: string): Promise<StoredUser> {
    const known = name.trim().toLowerCase().slice(0, 63);
    const keys = [`address ${address}`, `user ${known}`];
    refuseFor(Math.max(...keys.map((key) => this.#limit.waitSeconds(key))));
    const user = await this.#users.find(known);
    // Counted before the answer is known: those who guess all at once are counted too.
    refuseFor(await this.#limit.failed(keys));
    if (!(await isPassword(password, user?.passwordHash)) || user === undefined || user.disabled)
      throw new Problem(401, 'password', 'user or password is wrong', 'password');
    await this.#limit.succeeded(keys);
    return user;
  }

  /** Undefined when the session has ended: the user is gone, disabled, or has another password. */
  async userOf({ name, stamp }: Person): Promise<StoredUser | undefined> {
    const user = await this.#users.find(name);
    return user === undefined || user.disabled || stampOf(user) !== stamp ? undefined : user;
  }
}

/** Changes with the password; tells nothing of it. */
export function stampOf({ passwordHash }: Pick<StoredUser, 'passwordHash'>): string {
  return sha256(passwordHash).slice(0, 16);
}
