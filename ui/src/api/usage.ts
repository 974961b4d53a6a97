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

export const getUsage = (query: UsageQuery, signal?: AbortSignal) =>
  callApi<UsageReport>(`/usage${queryText({ ...query })}`, { signal });
