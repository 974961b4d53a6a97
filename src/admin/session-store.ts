/** Sessions and one-time login codes: their secrets, which the browser holds and nobody else. */
import { createHmac } from 'node:crypto';
import type { AdminSessions, StoredSession } from '../storage/admin-sessions.ts';
import type { Role } from './roles.ts';
import { sha256 } from './same-secret.ts';

/** `id` names the session in the audit log too. */
export interface Session extends StoredSession {
  role: Role;
  csrf: string;
}

const sessionMs = 12 * 3_600_000;
const codeMs = 15 * 60_000;
/** Of what `#secret` makes: nothing is looked up for anything else. */
const shape = /^[\w-]{43}$/;

export class SessionStore {
  readonly #kept: AdminSessions;
  readonly #nowMs: () => number;
  readonly #secret: () => string;

  constructor(kept: AdminSessions, nowMs: () => number, randomBytes: (count: number) => Uint8Array) {
    this.#kept = kept;
    this.#nowMs = nowMs;
    this.#secret = () => Buffer.from(randomBytes(32)).toString('base64url');
  }

  /** Returns the session and the value of its cookie, which is kept nowhere here. */
  async begin(
    role: Role,
    by: Pick<Session, 'keyHash' | 'tokenHash' | 'person'> = {},
    lifeMs = sessionMs,
  ): Promise<{ session: Session; cookie: string; maxAgeSeconds: number }> {
    const cookie = this.#secret();
    const now = this.#nowMs();
    const session = { id: sha256(cookie), role, expiresAtMs: now + lifeMs, ...by };
    await this.#kept.begin(session, now);
    return { session: { ...session, csrf: csrfOf(cookie) }, cookie, maxAgeSeconds: lifeMs / 1000 };
  }

  async find(cookie: string): Promise<Session | undefined> {
    if (!shape.test(cookie)) return undefined;
    const session = await this.#kept.find(sha256(cookie));
    if (session === undefined) return undefined;
    if (session.expiresAtMs > this.#nowMs())
      return { ...session, role: session.role as Role, csrf: csrfOf(cookie) };
    await this.#kept.end(session.id);
    return undefined;
  }

  async end(id: string): Promise<void> {
    await this.#kept.end(id);
  }

  /** Good for one login within 15 minutes. */
  async newCode(): Promise<string> {
    const code = this.#secret();
    const now = this.#nowMs();
    await this.#kept.addCode(sha256(code), now + codeMs, now);
    return code;
  }

  /** True once for each code, while it holds. */
  async takeCode(code: string): Promise<boolean> {
    if (!shape.test(code)) return false;
    const expiresAtMs = await this.#kept.takeCode(sha256(code));
    return expiresAtMs !== undefined && expiresAtMs > this.#nowMs();
  }
}

/** Made of the cookie, so that nothing needs to be kept which would do without one. */
function csrfOf(cookie: string): string {
  return createHmac('sha256', cookie).update('csrf').digest('base64url');
}
