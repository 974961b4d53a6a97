import { callApi, queryText } from './client.ts';

export interface Retention {
  /** Absent: for good. */
  days?: number;
  setBy: 'flag' | 'configMap' | 'nothing';
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

/** `days`: count what so many would delete. */
export const getRetention = (days?: number, signal?: AbortSignal) =>
  callApi<Retention>(`/retention${queryText({ days })}`, { signal });

/** `null`: for good. */
export const setRetention = (days: number | null) =>
  callApi<Retention>('/retention', { method: 'PUT', body: { days } });
