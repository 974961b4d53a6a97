/** Contract of the audit log: who changed what, kept for good. Nothing is ever taken out of it. */
import type { AuditChange } from '../core/audit/changes.ts';

export interface NewAuditEntry {
  /** Unix milliseconds. */
  atMs: number;
  /** Name of the admin token, id of the key, or `kubeconfig (kubectl)`. */
  actor: string;
  role: string;
  /** `create`, `update`, `delete`, or what the admin API calls it: `keys.rotate`. */
  action: string;
  /** `Kind/namespace/name`, `Token/name`, begin of counters' names. */
  object: string;
  changes: readonly AuditChange[];
}

export interface AuditEntry extends NewAuditEntry {
  /** Names it. */
  id: number;
}

/** Every field that is there must hold. Times are Unix milliseconds, `toMs` not included. */
export interface AuditFilter {
  /** Begin of the object's name. */
  object?: string;
  /** With or without what stands in brackets. */
  actor?: string;
  fromMs?: number;
  toMs?: number;
}

export interface AuditPage {
  entries: AuditEntry[];
  /** For `before` of the next page; absent on the last one. */
  next?: number;
}

export interface AuditLog {
  /** Once it returned, the entries survive `kill -9`. */
  append(entries: readonly NewAuditEntry[]): void;
  /**
   * Newest first, with all that was appended here; `before` is the id of the last entry of the page before. Rejects with
   * `StoreUnavailable`.
   */
  search(filter: AuditFilter, page: { limit: number; before?: number }): AuditPage | Promise<AuditPage>;
  close(): void | Promise<void>;
}

/** An audit log of one gateway, from which that of several is fed. */
export interface LocalAuditLog extends AuditLog {
  /** Names this log among those of all gateways, for good. */
  readonly name: string;
  /** Oldest first: those with a higher id. */
  after(id: number, limit: number): AuditEntry[];
  search(...query: Parameters<AuditLog['search']>): AuditPage;
  close(): void;
}
