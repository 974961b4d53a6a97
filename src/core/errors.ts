/**
 * Every way the gateway itself refuses a call: a closed table. `exact` bodies are the compatibility contract with
 * agentgateway; the others are written in the client's dialect (see docs/reference/refusals.md).
 */

export type ErrorCode = keyof typeof errorTable;

interface ErrorForm {
  status: number;
  /** Plain text sent as it is; '' is an empty body without content type; absent: the client's dialect. */
  exact?: string;
  /** agentgateway's `reason=` in the access log. */
  reason: string;
}

export const errorTable = {
  no_api_key: {
    status: 401,
    exact: 'api key authentication failure: no API Key found',
    reason: 'APIKeyAuth',
  },
  invalid_api_key: {
    status: 401,
    exact: 'api key authentication failure: invalid credentials',
    reason: 'APIKeyAuth',
  },
  authorization_denied: { status: 403, exact: 'authorization failed', reason: 'Authorization' },
  key_disabled: { status: 401, reason: 'APIKeyAuth' },
  key_expired: { status: 401, reason: 'APIKeyAuth' },
  route_not_allowed: { status: 403, reason: 'Authorization' },
  address_not_allowed: { status: 403, reason: 'Authorization' },
  model_not_allowed: { status: 403, reason: 'Authorization' },
  budget_exceeded: { status: 429, reason: 'Budget' },
  /** The counters can't be reached, or a budget's expression fails: closed. */
  budget_unavailable: { status: 503, reason: 'Budget' },
  /** A dollar budget and a model that the catalog has no price for. */
  unpriced_model: { status: 403, reason: 'Budget' },
  rate_limited: { status: 429, exact: '', reason: 'DirectResponse' },
  local_rate_limited: { status: 429, exact: 'rate limit exceeded', reason: 'RateLimit' },
  rate_limit_unavailable: { status: 500, exact: 'rate limit failed', reason: 'RateLimit' },
  /** `traffic.directResponse`: status and body come from the policy. */
  direct_response: { status: 200, exact: '', reason: 'DirectResponse' },
  model_not_found: { status: 404, reason: 'NotFound' },
  route_not_found: { status: 404, exact: 'route not found', reason: 'NotFound' },
  backend_not_found: { status: 500, exact: 'service not found', reason: 'Internal' },
  broken_configuration: { status: 500, reason: 'Internal' },
  invalid_request: { status: 400, reason: 'InvalidRequest' },
  request_too_large: { status: 413, reason: 'InvalidRequest' },
  not_implemented: { status: 501, reason: 'InvalidRequest' },
  /** Status and text are the policy's or its webhook's. */
  guard_rejected: { status: 403, reason: 'Guardrail' },
  /** It can't do its work, and its policy does not let calls pass then. */
  guard_unavailable: { status: 503, reason: 'Guardrail' },
  /** Every provider asked to be left alone for a while. */
  no_healthy_backend: { status: 503, exact: 'no healthy backends', reason: 'UpstreamFailure' },
  upstream_unreachable: { status: 503, exact: 'upstream call failed: ', reason: 'UpstreamFailure' },
  upstream_timeout: { status: 504, reason: 'UpstreamFailure' },
  upstream_cut: { status: 502, reason: 'UpstreamFailure' },
  upstream_invalid: { status: 502, reason: 'UpstreamFailure' },
  internal_error: { status: 500, reason: 'Internal' },
} as const satisfies Record<string, ErrorForm>;

/** A decision not to serve. `detail` is for the client where the form takes one; `cause` is for the log only. */
export interface Refusal {
  code: ErrorCode;
  detail?: string;
  /** Field that is at fault, `messages[0].role`. */
  path?: string;
  /** A fault of translation knows its status better than the table. */
  status?: number;
  headers?: Record<string, string>;
  cause?: string;
  /** Machine-readable members of the error object, in every dialect. */
  details?: Record<string, unknown>;
  /** The budget asks to go on with this model instead. */
  switchModel?: { model: string; budget: string };
}

export function formOf(code: ErrorCode): ErrorForm {
  return errorTable[code];
}
