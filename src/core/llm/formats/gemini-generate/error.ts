/** Google's error object: `{error: {code, message, status}}` with the names of google.rpc.Code. */
import type { Fields } from '../../fields.ts';
import type { DialectErrorFields, ProviderError } from '../../format.ts';
import type { ErrorKind } from '../../model.ts';

const types: Record<ErrorKind, { code: number; status: string }> = {
  invalid_request: { code: 400, status: 'INVALID_ARGUMENT' },
  authentication: { code: 401, status: 'UNAUTHENTICATED' },
  permission: { code: 403, status: 'PERMISSION_DENIED' },
  not_found: { code: 404, status: 'NOT_FOUND' },
  too_large: { code: 413, status: 'OUT_OF_RANGE' },
  rate_limit: { code: 429, status: 'RESOURCE_EXHAUSTED' },
  overloaded: { code: 503, status: 'UNAVAILABLE' },
  timeout: { code: 504, status: 'DEADLINE_EXCEEDED' },
  internal: { code: 500, status: 'INTERNAL' },
};
const kinds = Object.fromEntries(
  Object.entries(types).map(([kind, { status }]) => [status, kind as ErrorKind]),
);

export function encodeError(error: DialectErrorFields): string {
  const { code, status } = types[error.kind];
  const metadata = {
    ...(error.code === undefined ? {} : { reason: error.code }),
    ...(error.param === undefined || error.param === '' ? {} : { field: error.param }),
    ...error.details,
  };
  const details = Object.keys(metadata).length === 0 ? {} : { details: [metadata] };
  return JSON.stringify({ error: { code, message: error.message, status, ...details } });
}

export function decodeError(body: string): ProviderError {
  try {
    const parsed = JSON.parse(body) as Fields | Fields[];
    const error = (Array.isArray(parsed) ? parsed[0] : parsed)?.['error'] as Fields | undefined;
    if (typeof error?.['message'] === 'string')
      return { message: error['message'], kind: kinds[String(error['status'])] };
  } catch {
    // Not JSON: a proxy's page between us and the provider.
  }
  return { message: 'the provider gave no reason' };
}
