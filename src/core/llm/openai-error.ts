/** OpenAI's error object, the same in all of its APIs: `{error: {message, type, param, code}}`. */
import type { Fields } from './fields.ts';
import type { DialectErrorFields, ProviderError } from './format.ts';
import { type ErrorKind, errorKindOf } from './model.ts';

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

/** Compatible servers have their own ideas: `{message}`, `{detail}`, `{object: "error"}`, a list with one error (Gemini). */
export function decodeError(body: string): ProviderError {
  try {
    const parsed = JSON.parse(body) as Fields | Fields[];
    const answer = (Array.isArray(parsed) ? parsed[0] : parsed) ?? {};
    const error = answer['error'] as Fields | string | undefined;
    if (typeof error === 'string') return { message: error };
    const message = error?.['message'] ?? answer['message'] ?? answer['detail'];
    const kind = kindOf(error?.['type'] ?? answer['type']) ?? kindOfCode(error?.['code'] ?? answer['code']);
    if (typeof message === 'string' && message !== '') return { message, kind };
    if (typeof message === 'object' && message !== null) return { message: JSON.stringify(message), kind };
  } catch {
    // Not JSON: a proxy's page between us and the provider.
  }
  return { message: 'the provider gave no reason' };
}

function kindOf(type: unknown): ErrorKind | undefined {
  if (type === 'authentication_error') return 'authentication';
  if (type === 'rate_limit_error' || type === 'insufficient_quota' || type === 'tokens') return 'rate_limit';
  if (type === 'overloaded_error') return 'overloaded';
  return undefined;
}

/** OpenAI's codes are words; vLLM, OpenRouter and Gemini give the status, which inside a stream nothing else tells. */
function kindOfCode(code: unknown): ErrorKind | undefined {
  return typeof code === 'number' && code >= 400 && code < 600 ? errorKindOf(code) : undefined;
}
