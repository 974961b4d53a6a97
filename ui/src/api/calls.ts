import type { Recorded } from '../../../src/core/content/model.ts';
import { callApi, queryText } from './client.ts';
import type { Call, Calls } from './types.ts';

export interface CallQuery {
  from?: string;
  to?: string;
  key?: string;
  user?: string;
  model?: string;
  outcome?: string;
  search?: string;
  limit?: number;
  before?: string;
  sort?: string;
  order?: string;
}

export const listCalls = (query: CallQuery, signal?: AbortSignal) =>
  callApi<Calls>(`/calls${queryText({ ...query })}`, { signal });

/** A file of all calls that match, however many. */
export const exportUrl = (query: Omit<CallQuery, 'limit' | 'before'>, format: 'csv' | 'jsonl') =>
  `/api/v1/calls/export${queryText({ format, ...query })}`;

export const getCall = (id: string, signal?: AbortSignal) =>
  callApi<Call>(`/calls/${encodeURIComponent(id)}`, { signal });

export interface CallContent {
  state: 'recorded' | 'off' | 'pending' | 'lost' | 'deleted' | 'expired' | 'unreadable';
  keptDays?: number;
  deletedAt?: string;
  deletedBy?: string;
  prompt?: Recorded;
  answer?: Recorded;
}

/** Each reading is entered in the audit log. */
export const readContent = (id: string, signal?: AbortSignal) =>
  callApi<CallContent>(`/calls/${encodeURIComponent(id)}/content`, { signal });

export const deleteContent = (id: string) =>
  callApi<{ deleted: number }>(`/calls/${encodeURIComponent(id)}/content`, { method: 'DELETE' });
