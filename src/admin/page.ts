/** Pages of lists: `limit` and `offset`. */
import { whole } from '../core/resources/schema-builders.ts';

const defaultLimit = 50;

export const pageParameters = {
  limit: whole(`Items on the page; default ${defaultLimit}.`, { minimum: 1, maximum: 1_000 }),
  offset: whole('Items before the page; default 0.', { minimum: 0, maximum: 1_000_000_000 }),
};

/** The router has checked the parameters. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams): T[] {
  const offset = offsetOf(query);
  return items.slice(offset, offset + limitOf(query));
}

export function offsetOf(query: URLSearchParams): number {
  return Number(query.get('offset') ?? 0);
}

export function limitOf(query: URLSearchParams): number {
  return Number(query.get('limit') ?? defaultLimit);
}
