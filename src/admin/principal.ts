/** Who asks: somebody with an admin token and its role, or the holder of a virtual key, who may see only what is theirs. */
import type { IncomingMessage } from 'node:http';
import type { KeyEntry } from '../core/config/snapshot.ts';
import { keyValueFault } from '../core/keys/key-value.ts';
import type { Person } from '../core/login/person.ts';
import type { AdminSessions } from '../storage/admin-sessions.ts';
import type { AdminTokens } from '../storage/admin-tokens.ts';
import type { StoredUser } from '../storage/users.ts';
import type { AdminContext } from './context.ts';
import { readCookie } from './cookies.ts';
import { keyInForce } from './keys-in-force.ts';
import { LoginLimit, refuseFor } from './login-limit.ts';
import { PasswordLogin, stampOf } from './password-login.ts';
import { Problem } from './problem.ts';
import type { Role } from './roles.ts';
import { sameSecret, sha256 } from './same-secret.ts';
import { type Session, SessionStore } from './session-store.ts';
import { type NamedToken, TokenStore } from './token-store.ts';

export interface Principal {
  role: Role;
  /** Name of the token (`admin`: that of the data directory), or id of the key. */
  actor: string;
  /** The actor, and how they came in; never a secret. */
  who: string;
  /** Of an owner. */
  team?: string;
  session?: Session;
  /** Of a holder. */
  key?: KeyEntry;
}

/** Where several gateways are one for the people who administer them, they share both. */
export interface AdminStores {
  adminTokens: AdminTokens;
  adminSessions: AdminSessions;
}

export const cookieName = 'tollgate_session';

export class Gatekeeper {
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly #passwords: PasswordLogin;
  readonly #context: AdminContext;
  readonly #token: string;
  readonly #limit: LoginLimit;

  constructor(context: AdminContext, token: string, kept: AdminStores) {
    this.#context = context;
    this.#token = token;
    this.sessions = new SessionStore(kept.adminSessions, context.nowMs, context.randomBytes);
    this.tokens = new TokenStore(kept.adminTokens, context.randomBytes);
    const limit = () => new LoginLimit(context.nowMs, context.loginFailures);
    this.#passwords = new PasswordLogin(context.users, limit());
    this.#limit = limit();
  }

  /** Undefined without credentials. Rejects with 401 for wrong ones, and with `StoreUnavailable`: then nobody gets in. */
  async principalOf(request: IncomingMessage): Promise<Principal | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (bearer === undefined) throw new Problem(401, 'token', 'send it as Authorization: Bearer …');
      return this.#ofSecret(bearer, addressOf(request), 'bearer');
    }
    const session = await this.sessions.find(readCookie(request.headers.cookie, cookieName));
    return session === undefined ? undefined : this.ofSession(session);
  }

  /** Opens a session. Rejects with 401 when the token is neither of the three. */
  async logIn(token: string, request: IncomingMessage): ReturnType<SessionStore['begin']> {
    if (await this.sessions.takeCode(token)) return this.sessions.begin('admin');
    const { role, key, actor } = await this.#ofSecret(token, addressOf(request), 'login');
    const isNamed = key === undefined && actor !== 'admin';
    return this.sessions.begin(role, {
      ...(key && { keyHash: sha256(token) }),
      ...(isNamed && { tokenHash: sha256(token) }),
    });
  }

  /** Admin tokens cannot be guessed, so nobody is locked out of them; virtual keys may be weak. */
  async #ofSecret(secret: string, address: string, how: string): Promise<Principal> {
    if (sameSecret(secret, this.#token)) return administrator(how);
    const token = await this.tokens.findByValue(secret);
    if (token !== undefined) return principalOfToken(token, how);
    const who = [`key ${address}`];
    refuseFor(this.#limit.waitSeconds(who[0]!));
    const key = this.#keyOf(sha256(secret));
    if (key === undefined) {
      refuseFor(await this.#limit.failed(who));
      throw new Problem(
        401,
        'token',
        keyValueFault(secret) ?? 'neither an admin token nor a virtual key in force',
        'token',
      );
    }
    return this.#holder(key);
  }

  /** Rejects with 401 for a wrong name or password, and for too many of them. */
  async logInWithPassword(
    name: string,
    password: string,
    request: IncomingMessage,
  ): Promise<ReturnType<SessionStore['begin']>> {
    const user = await this.checkPassword(name, password, request);
    const person = { from: 'password' as const, name: user.name, stamp: stampOf(user) };
    return this.sessions.begin(user.role, { person });
  }

  /** Rejects as `logInWithPassword`. */
  checkPassword(name: string, password: string, request: IncomingMessage): Promise<StoredUser> {
    return this.#passwords.check(name, password, addressOf(request));
  }

  async ofSession(session: Session): Promise<Principal | undefined> {
    const how = `session ${session.id.slice(0, 8)}`;
    if (session.tokenHash !== undefined) {
      // A deleted token ends the sessions that it opened.
      const token = await this.tokens.findByHash(session.tokenHash);
      return token && { ...principalOfToken(token, how), session };
    }
    if (session.person !== undefined) return this.#ofPerson(session, session.person, how);
    if (session.keyHash === undefined) return { ...administrator(how), session };
    // A key that was deleted or rotated away ends the sessions that it opened.
    const key = this.#keyOf(session.keyHash);
    return key === undefined ? undefined : { ...this.#holder(key), session };
  }

  /** What an identity provider said at the login holds until the session ends; a user's role is looked up. */
  async #ofPerson(session: Session, person: Person, how: string): Promise<Principal | undefined> {
    const { name, from } = person;
    const of = from === 'oidc' ? { role: session.role, ...person } : await this.#passwords.userOf(person);
    if (of === undefined) return undefined;
    const { role, team } = of;
    const names = { actor: `${name} (${from})`, who: `${name} (${from}, ${how})` };
    return { role, ...names, ...(team === undefined ? {} : { team }), session };
  }

  #holder(key: KeyEntry): Principal {
    const { disabled, expiresAtMs } = key.terms ?? { disabled: false };
    if (disabled) throw new Problem(401, 'key_disabled', 'this key is disabled');
    if (expiresAtMs !== undefined && expiresAtMs <= this.#context.nowMs())
      throw new Problem(401, 'key_expired', 'this key has expired');
    return { role: 'holder', actor: key.id, who: `holder of ${key.id}`, key };
  }

  #keyOf(hash: string): KeyEntry | undefined {
    return keyInForce(this.#context, hash);
  }
}

function administrator(how: string): Principal {
  return { role: 'admin', actor: 'admin', who: `admin (${how})` };
}

function principalOfToken({ name, role, team }: NamedToken, how: string): Principal {
  return { role, actor: name, who: `${name} (${how})`, ...(team === undefined ? {} : { team }) };
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}
