import { callApi, queryText } from './client.ts';

export interface Price {
  provider: string;
  /** `*` at the end stands for any characters. */
  model: string;
  /** Kind of token → US dollars per million, decimal text. */
  rates: Record<string, string>;
  /** Name of where it is from. */
  source: string;
}

/** A later one wins over an earlier one, model by model. */
export interface PriceSource {
  name: string;
  version?: string;
  loadedAt: string;
  models: number;
  /** Why what stands there now is not in force. */
  error?: string;
}

export interface Prices {
  version: string;
  sources: PriceSource[];
  items: Price[];
  total: number;
}

export interface PriceQuery {
  search?: string;
  sort?: string;
  order?: string;
  limit?: number;
  offset?: number;
}

export const listPrices = (query: PriceQuery, signal?: AbortSignal) =>
  callApi<Prices>(`/prices${queryText({ ...query })}`, { signal });

/** A file of all prices that match. */
export const pricesUrl = ({ search, sort, order }: PriceQuery) =>
  `/api/v1/prices${queryText({ format: 'csv', search, sort, order })}`;
