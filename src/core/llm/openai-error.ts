/** OpenAI's error object, the same in all of its APIs: `{error: {message, type, param, code}}`. */
import type { Fields } from './fields.ts';
import type { DialectErrorFields, ProviderError } from './format.ts';
import type { ErrorKind } from './model.ts';

const types: Record<ErrorKind, { type: string; code: string }> = {
  invalid_request: { type: 'invalid_request_error', code: 'invalid_request' },
  authentication: { type: 'authentication_error', code: 'invalid_api_key' },
  permission: { type: 'permission_error', code: 'permission_denied' },
  not_found: { type: 'invalid_request_error', code: 'not_found' },
  too_large: { type: 'invalid_request_error', code: 'request_too_large' },
  rate_limit: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  overloaded: { type: 'server_error', code: 'overloaded' },
  timeout: { type: 'server_error', code: 'timeout' },
  internal: { type: 'server_error', code: 'server_error' },
};

export function encodeError(error: DialectErrorFields): string {
  const { type, code } = types[error.kind];
  return JSON.stringify({
    error: {
      message: error.message,
      type,
      param: error.param ?? null,
      code: error.code ?? code,
      ...error.details,
    },
  });
}

export function decodeError(body: string): ProviderError {
  try {
    const parsed = JSON.parse(body) as Fields;
    const error = parsed['error'] as Fields | string | undefined;
    if (typeof error === 'string') return { message: error };
    if (typeof error?.['message'] === 'string')
      return { message: error['message'], kind: kindOf(error['type']) };
  } catch {
    // Not JSON: a proxy's page between us and the provider.
  }
  return { message: 'the provider gave no reason' };
}

function kindOf(type: unknown): ErrorKind | undefined {
  if (type === 'authentication_error') return 'authentication';
  if (type === 'rate_limit_error' || type === 'insufficient_quota' || type === 'tokens') return 'rate_limit';
  return undefined;
}
