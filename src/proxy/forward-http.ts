/** A plain HTTP backend: the request goes through as it is, both bodies streamed. */
import { modifyHeaders } from '../core/route/filters.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import type { HttpRoute } from './http-route.ts';
import { HttpTries } from './http-tries.ts';
import { BodyTooLarge, ClientGone, readBody } from './read-body.ts';
import { refuse } from './refuse.ts';
import { limitHeaders, writeHead } from './send.ts';
import { withTrace } from './trace.ts';
import type { UpstreamResponse } from './transport.ts';
import { refuseFailure } from './upstream-failures.ts';

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
  const tries = new HttpTries(call, route, deps);
  for (;;) {
    const end = await forwardOnce(call, route, tries, body, deps);
    if (end === 'done') return;
    if (end.pause > 0) await deps.sleep(end.pause);
    if (call.outgoing.destroyed) return;
  }
}

/** `pause`: nothing has gone to the client, and there is to be another try. */
async function forwardOnce(
  call: Call,
  route: HttpRoute,
  tries: HttpTries,
  body: Buffer,
  deps: DataPathDependencies,
): Promise<'done' | { pause: number }> {
  const origin = tries.nextOrigin();
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
    const pause = response.status < 400 ? undefined : tries.pauseAfter(response);
    if (pause !== undefined) {
      exchange.abort();
      return { pause };
    }
    await deliver(call, response);
  } catch (error) {
    const pause = tries.pauseAfter({ headers: {}, error });
    if (pause !== undefined) return { pause };
    if (call.outgoing.headersSent) call.outgoing.destroy();
    else refuseFailure(call, error, 'Completions', deps);
  } finally {
    call.outgoing.removeListener('close', onClose);
  }
  return 'done';
}

async function deliver(call: Call, response: UpstreamResponse): Promise<void> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (!hopByHop.has(name) && value !== undefined) headers[name] = String(value);
  }
  writeHead(call, response.status, { ...headers, ...limitHeaders(call) });
  call.outgoing.on('drain', () => response.resume());
  await response.stream((chunk) => {
    call.record.responseBytes += chunk.length;
    return call.outgoing.write(chunk);
  });
  call.outgoing.end();
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
