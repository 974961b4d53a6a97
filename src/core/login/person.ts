/** People who log in to the console, with a role as admin tokens have. */
export const consoleRoles = ['admin', 'viewer', 'owner'] as const;

export interface ConsoleRole {
  role: (typeof consoleRoles)[number];
  /** Of an owner. */
  team?: string;
}

/** Who a session is of, where neither a token nor a key opened it. */
export interface Person {
  /** `oidc`: the identity provider said who it is, once, at the login. `password`: a user of ours, looked up at each call. */
  from: 'oidc' | 'password';
  /** Of whom; without brackets, which the audit log adds. */
  name: string;
  /** Of an owner, by OpenID Connect. */
  team?: string;
  /** Of the password that opened the session: another one ends it. */
  stamp?: string;
}
