import type { TokenKind } from '../../../src/core/llm/usage-kinds.ts';
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
  /** With a bucket: so many groups by name, all others as one. */
  top?: number;
  /** Of the rows, commas between; all when left out. */
  figures?: string;
  /** Only groups with this text in a name. */
  named?: string;
  sort?: string;
  order?: string;
  limit?: number;
  offset?: number;
}

export const usageUrl = (query: UsageQuery, format: 'json' | 'csv') =>
  `/api/v1/usage${queryText({ ...query, format })}`;

/** Each call of the range as FOCUS, for tools of finance. */
export const focusUrl = ({ from, to, key, user, model }: UsageQuery) =>
  `/api/v1/calls/export${queryText({ format: 'focus', from, to, key, user, model })}`;

export const getUsage = (query: UsageQuery, signal?: AbortSignal) =>
  callApi<UsageReport>(`/usage${queryText({ ...query })}`, { signal });

/** Names of labels that there is usage of. */
export const getUsageLabels = (signal?: AbortSignal) =>
  callApi<{ items: string[] }>('/usage/labels', { signal });

export interface KindReport {
  items: { kind: TokenKind; tokens: number; costNano: number }[];
  costNano: number;
  /** Of the cost, what is told apart by kind. */
  explainedNano: number;
}

export const getUsageKinds = (query: UsageQuery, signal?: AbortSignal) =>
  callApi<KindReport>(`/usage/kinds${queryText({ ...query })}`, { signal });
