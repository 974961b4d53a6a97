/** Writes a refusal: the exact bytes where they are the contract, else an error in the client's dialect. */
import type { RouteType } from '../core/config/snapshot.ts';
import { type ErrorCode, formOf, type Refusal } from '../core/errors.ts';
import type { DialectError } from '../core/llm/translate-contract.ts';
import type { Call } from './call.ts';
import { limitHeaders, sendWhole } from './send.ts';

/** Exact forms whose text goes on with the refusal's own. */
const takesDetail = new Set<ErrorCode>(['upstream_unreachable', 'direct_response']);

/** What the record says of a refusal; returns its status. Before the call is settled, where the ledger is to have it. */
export function describeRefusal(call: Call, refusal: Refusal): number {
  const { status, reason } = formOf(refusal.code);
  call.record.reason ??= reason;
  call.record.error ??= refusal.cause ?? refusal.detail;
  call.record.status = refusal.status ?? status;
  return call.record.status;
}

export function refuse(call: Call, refusal: Refusal, dialectError: DialectError, routeType: RouteType): void {
  const form = formOf(refusal.code);
  const status = describeRefusal(call, refusal);
  const headers = { ...limitHeaders(call), ...refusal.headers };
  if (form.exact === undefined) {
    const message = refusal.detail ?? refusal.code.replaceAll('_', ' ');
    const { path, details } = refusal;
    const fault = { status, code: refusal.code, message, path, details };
    const { contentType, body } = dialectError(routeType, fault);
    sendWhole(call, status, { ...headers, 'content-type': contentType }, body);
    return;
  }
  const body = form.exact + (takesDetail.has(refusal.code) ? (refusal.detail ?? '') : '');
  sendWhole(call, status, body === '' ? headers : { ...headers, 'content-type': 'text/plain' }, body);
}
