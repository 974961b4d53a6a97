/** Sessions and one-time login codes, in memory: a restart ends them. Only hashes of what the browser holds are kept. */
import type { Person } from '../core/login/person.ts';
import type { Role } from './roles.ts';
import { sha256 } from './same-secret.ts';

export interface Session {
  /** Of its cookie's value; names the session in the audit log too. */
  id: string;
  role: Role;
  csrf: string;
  expiresAtMs: number;
  /** SHA-256 of the virtual key of a holder. */
  keyHash?: string;
  /** SHA-256 of the named admin token that opened it. */
  tokenHash?: string;
  /** Who opened it, where neither a token nor a key did. */
  person?: Person;
}

const sessionMs = 12 * 3_600_000;
const codeMs = 15 * 60_000;
/** Beyond that the oldest ends. */
const maxSessions = 1_000;

export class SessionStore {
  readonly #nowMs: () => number;
  readonly #secret: () => string;
  readonly #sessions = new Map<string, Session>();
  readonly #codes = new Map<string, number>();

  constructor(nowMs: () => number, randomBytes: (count: number) => Uint8Array) {
    this.#nowMs = nowMs;
    this.#secret = () => Buffer.from(randomBytes(32)).toString('base64url');
  }

  /** Returns the session and the value of its cookie, which is kept nowhere here. */
  begin(
    role: Role,
    by: Pick<Session, 'keyHash' | 'tokenHash' | 'person'> = {},
    lifeMs = sessionMs,
  ): { session: Session; cookie: string; maxAgeSeconds: number } {
    const cookie = this.#secret();
    const session: Session = {
      id: sha256(cookie),
      role,
      csrf: this.#secret(),
      expiresAtMs: this.#nowMs() + lifeMs,
      ...by,
    };
    if (this.#sessions.size >= maxSessions) this.#sessions.delete(this.#sessions.keys().next().value!);
    this.#sessions.set(session.id, session);
    return { session, cookie, maxAgeSeconds: lifeMs / 1000 };
  }

  find(cookie: string): Session | undefined {
    const id = sha256(cookie);
    const session = this.#sessions.get(id);
    if (session === undefined || session.expiresAtMs > this.#nowMs()) return session;
    this.#sessions.delete(id);
    return undefined;
  }

  end(id: string): void {
    this.#sessions.delete(id);
  }

  /** Good for one login within 15 minutes. */
  newCode(): string {
    const code = this.#secret();
    this.#codes.set(sha256(code), this.#nowMs() + codeMs);
    return code;
  }

  /** True once for each code, while it holds. */
  takeCode(code: string): boolean {
    const id = sha256(code);
    const expiresAtMs = this.#codes.get(id);
    this.#codes.delete(id);
    return expiresAtMs !== undefined && expiresAtMs > this.#nowMs();
  }
}
