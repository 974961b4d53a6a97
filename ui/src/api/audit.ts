import { callApi, queryText } from './client.ts';

export interface AuditChange {
  field: string;
  /** Absent: there was nothing. */
  from?: unknown;
  /** Absent: there is nothing any more. */
  to?: unknown;
}

export interface AuditEntry {
  id: string;
  time: string;
  actor: string;
  role: string;
  action: string;
  /** `Kind/namespace/name`, `Token/name`, … */
  object: string;
  changes: AuditChange[];
}

export interface AuditQuery {
  /** Begin of the object's name. */
  object?: string;
  actor?: string;
  /** Begin of what was done. */
  action?: string;
  sort?: string;
  order?: string;
  from?: string;
  to?: string;
  limit?: number;
  before?: string;
}

export const listAudit = (query: AuditQuery, signal?: AbortSignal) =>
  callApi<{ items: AuditEntry[]; next?: string }>(`/audit${queryText({ ...query })}`, { signal });

/** A file of all changes that match. */
export const auditUrl = (query: Omit<AuditQuery, 'limit' | 'before'>, format: 'csv' | 'jsonl') =>
  `/api/v1/audit${queryText({ ...query, format })}`;
