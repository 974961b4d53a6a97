import { callApi, queryText } from './client.ts';

/** How long calls, or what was said in them, are kept. */
export interface Kept {
  /** Absent: for good. */
  days?: number;
  setBy: 'flag' | 'configMap' | 'nothing' | 'default' | 'ledger';
  configMap?: string;
  /** What is wrong with the ConfigMap. */
  fault?: string;
  editable: boolean;
  calls: number;
  bytes: number;
  oldest?: string;
  lastCleaning?: { at: string; dropped: number };
  nextCleaning?: string;
  /** Only where days were asked for. */
  wouldDelete?: number;
}

export interface Retention extends Kept {
  /** Of what was said. */
  contents?: Kept;
}

/** `contentDays`: of what was said. */
export type RetentionName = 'days' | 'contentDays';

/** Counts what the days that are asked for would delete. */
export const getRetention = (asked: Partial<Record<RetentionName, number>>, signal?: AbortSignal) =>
  callApi<Retention>(`/retention${queryText(asked)}`, { signal });

/** `null`: for good, or for what was said the default. */
export const setRetention = (days: Partial<Record<RetentionName, number | null>>) =>
  callApi<Retention>('/retention', { method: 'PUT', body: days });
