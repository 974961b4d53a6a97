import { ApiError } from '../api/client.ts';

/** The field of the form that the API finds fault with; undefined where it is none of them. */
export function fieldOfError(error: unknown, values: object): string | undefined {
  if (!(error instanceof ApiError) || error.field === undefined) return undefined;
  return Object.hasOwn(values, error.field) ? error.field : undefined;
}
