import { callApi, queryText } from './client.ts';
import type { Page } from './types.ts';

/** Search, order and filters of a list that is read page by page. */
export type ListQuery = Record<string, string | number | undefined>;

export const listPage = <T>(path: string, query: ListQuery, signal?: AbortSignal) =>
  callApi<Page<T>>(`${path}${queryText(query)}`, { signal });

/** A file of all that match. */
export const listUrl = (path: string, query: ListQuery, format: 'csv' | 'jsonl') =>
  `/api/v1${path}${queryText({ ...query, format })}`;
