/** Anthropic's error object: `{type: "error", error: {type, message}}`. */
import type { Fields } from '../../fields.ts';
import type { DialectErrorFields, ProviderError } from '../../format.ts';
import type { ErrorKind } from '../../model.ts';

const types: Record<ErrorKind, string> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  rate_limit: 'rate_limit_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  internal: 'api_error',
};
const kinds = Object.fromEntries(Object.entries(types).map(([kind, type]) => [type, kind as ErrorKind]));

export function encodeError(error: DialectErrorFields): string {
  return JSON.stringify({
    type: 'error',
    error: {
      type: types[error.kind],
      message: error.message,
      ...(error.code === undefined ? {} : { code: error.code }),
      ...(error.param === undefined || error.param === '' ? {} : { param: error.param }),
      ...error.details,
    },
  });
}

export function decodeError(body: string): ProviderError {
  try {
    const error = (JSON.parse(body) as Fields)['error'] as Fields | undefined;
    if (typeof error?.['message'] === 'string') {
      return { message: error['message'], kind: kinds[String(error['type'])] };
    }
  } catch {
    // Not JSON: a proxy's page between us and the provider.
  }
  return { message: 'the provider gave no reason' };
}
