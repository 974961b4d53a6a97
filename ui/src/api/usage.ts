import { callApi, queryText } from './client.ts';
import type { UsageReport } from './types.ts';

export interface UsageQuery {
  from?: string;
  to?: string;
  groupBy?: string;
  bucket?: string;
  timeZone?: string;
  key?: string;
  user?: string;
  model?: string;
}

export const usageUrl = (query: UsageQuery, format: 'json' | 'csv') =>
  `/api/v1/usage${queryText({ ...query, format })}`;

/** Each call of the range as FOCUS, for tools of finance. */
export const focusUrl = ({ from, to, key, user, model }: UsageQuery) =>
  `/api/v1/calls/export${queryText({ format: 'focus', from, to, key, user, model })}`;

export const getUsage = (query: UsageQuery, signal?: AbortSignal) =>
  callApi<UsageReport>(`/usage${queryText({ ...query })}`, { signal });
