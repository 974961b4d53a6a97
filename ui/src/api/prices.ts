import { callApi, queryText } from './client.ts';

export interface Price {
  provider: string;
  /** `*` at the end stands for any characters. */
  model: string;
  /** Kind of token → US dollars per million, decimal text. */
  rates: Record<string, string>;
}

export interface Prices {
  version: string;
  items: Price[];
  total: number;
}

export const listPrices = (
  query: { search?: string; limit?: number; offset?: number },
  signal?: AbortSignal,
) => callApi<Prices>(`/prices${queryText(query)}`, { signal });
