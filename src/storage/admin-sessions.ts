/**
 * Contract of the store of the console's sessions and one-time login codes. What a browser holds is known by its hash (lower-case
 * hex SHA-256) alone. Methods reject with `StoreUnavailable`; times are Unix milliseconds.
 */
import type { Person } from '../core/login/person.ts';

export interface StoredSession {
  /** Hash of its cookie's value. */
  id: string;
  role: string;
  expiresAtMs: number;
  /** SHA-256 of the virtual key of a holder. */
  keyHash?: string;
  /** SHA-256 of the named admin token that opened it. */
  tokenHash?: string;
  /** Who opened it, where neither a token nor a key did. */
  person?: Person;
}

/** Beyond that the oldest ends. */
export const maxSessions = 1_000;

export interface AdminSessions {
  /** What has ended by `nowMs` is forgotten meanwhile. */
  begin(session: StoredSession, nowMs: number): void | Promise<void>;
  /** Whether it has ended already is for the caller to see. */
  find(id: string): StoredSession | undefined | Promise<StoredSession | undefined>;
  /** In force for all that use the store once it resolved. */
  end(id: string): void | Promise<void>;
  addCode(hash: string, expiresAtMs: number, nowMs: number): void | Promise<void>;
  /** When the code ends; undefined when there is none. Of all who take it, one gets it. */
  takeCode(hash: string): number | undefined | Promise<number | undefined>;
}
