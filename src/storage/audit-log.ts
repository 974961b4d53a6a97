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
  /** Begin of what was done: `keys.`, `keys.rotate`. */
  action?: string;
  fromMs?: number;
  toMs?: number;
}

/** What entries are ordered by; those of one actor, action or object newest first, or oldest first with `ascending`. */
export interface AuditOrder {
  by: 'time' | 'actor' | 'action' | 'object';
  ascending?: boolean;
}

export interface AuditQuery {
  limit: number;
  /** Id of the last entry of the page before, in the same order. */
  before?: number;
  /** Default: newest first. */
  order?: AuditOrder;
}

export interface AuditPage {
  entries: AuditEntry[];
  /** For `before` of the next page; absent on the last one. */
  next?: number;
}

export interface AuditLog {
  /** Once it returned, the entries survive `kill -9`. */
  append(entries: readonly NewAuditEntry[]): void;
  /** With all that was appended here. Texts are compared by their characters' codes. Rejects with `StoreUnavailable`. */
  search(filter: AuditFilter, page: AuditQuery): AuditPage | Promise<AuditPage>;
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
