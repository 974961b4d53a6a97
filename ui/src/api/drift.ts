import { callApi } from './client.ts';

/** Budget counters that differ from the ledger; none: all agree. */
export const getDrift = (signal?: AbortSignal) =>
  callApi<{ items: { counter: string }[] }>('/drift', { signal });
