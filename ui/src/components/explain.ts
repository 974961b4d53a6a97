import { ApiError } from '../api/client.ts';
import { strings } from '../strings.ts';

/** What went wrong and what to do, for people. */
export function explain(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 409 && error.field === undefined) return `${error.message} ${strings.errors.conflict}`;
  if (error.status === 403) return `${error.message} ${strings.errors.forbidden}`;
  return error.message;
}
