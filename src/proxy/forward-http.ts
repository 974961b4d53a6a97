/** A plain HTTP backend: the request goes through as it is, both bodies streamed. */
import type { HeaderModifier, HttpBackend, RouteRule } from '../core/config/snapshot.ts';
import { modifyHeaders } from '../core/route/filters.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { BodyTooLarge, ClientGone, readBody } from './read-body.ts';
import { refuse } from './refuse.ts';
import { limitHeaders, writeHead } from './send.ts';
import { withTrace } from './trace.ts';
import { refuseFailure } from './upstream-failures.ts';

export interface HttpRoute {
  backend: HttpBackend;
  path: string;
  /** From a URLRewrite filter; else the client's Host goes on. */
  host: string | undefined;
  modifiers: HeaderModifier[];
  rule: RouteRule;
}

/** RFC 9110 section 7.6.1, and what node:http frames anew. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
]);

export async function forwardHttp(call: Call, route: HttpRoute, deps: DataPathDependencies): Promise<void> {
  let body: Buffer;
  try {
    body = await readBody(call.incoming, deps.limits.maxRequestBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge)
      return refuse(call, { code: 'request_too_large' }, deps.dialectError, 'Completions');
    if (error instanceof ClientGone) return;
    throw error;
  }
  const origin = route.backend.origins[Math.floor(deps.random() * route.backend.origins.length)]!;
  call.record.endpoint = origin.slice(origin.indexOf('://') + 3);
  const exchange = deps.transport.send({
    method: call.target.method,
    url: `${origin}${route.path}`,
    headers: withTrace(call, headersOf(call, route), deps.nowMs(), deps.random),
    body: body.length === 0 ? null : body,
    headersTimeoutMs: headersTimeoutOf(route, deps),
    connectTimeoutMs: route.backend.connectTimeoutMs,
  });
  const onClose = () => exchange.abort();
  call.outgoing.once('close', onClose);
  try {
    const response = await exchange.response;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (!hopByHop.has(name) && value !== undefined) headers[name] = String(value);
    }
    writeHead(call, response.status, { ...headers, ...limitHeaders(call) });
    const onDrain = () => response.resume();
    call.outgoing.on('drain', onDrain);
    await response.stream((chunk) => {
      call.record.responseBytes += chunk.length;
      return call.outgoing.write(chunk);
    });
    call.outgoing.end();
  } catch (error) {
    if (call.outgoing.headersSent) call.outgoing.destroy();
    else refuseFailure(call, error, 'Completions', deps);
  } finally {
    call.outgoing.removeListener('close', onClose);
  }
}

function headersTimeoutOf({ rule, backend }: HttpRoute, deps: DataPathDependencies): number {
  const configured = [
    rule.requestTimeoutMs ?? rule.traffic.requestTimeoutMs,
    rule.attemptTimeoutMs,
    backend.requestTimeoutMs,
  ].filter((ms) => ms !== undefined);
  return configured.length === 0 ? deps.limits.headersTimeoutMs : Math.min(...configured);
}

function headersOf(call: Call, route: HttpRoute): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.target.headers)) {
    if (value !== undefined && !hopByHop.has(name)) headers[name] = value;
  }
  if (route.host !== undefined) headers['host'] = route.host;
  const { credential } = route.backend;
  if (credential?.type === 'key') headers['authorization'] = `Bearer ${credential.value}`;
  for (const modifier of route.modifiers) modifyHeaders(headers, modifier);
  return headers;
}
