/** A realtime session: both WebSockets opened, messages passed on as they are, settled once it has ended. */
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { RealtimeMeter } from '../../core/llm/realtime/meter.ts';
import type { UpstreamCall } from '../../core/llm/translate-contract.ts';
import { noUsage } from '../../core/llm/usage.ts';
import type { Attempt } from '../attempt-standing.ts';
import type { Call } from '../call.ts';
import type { DataPathDependencies } from '../dependencies.ts';
import type { LlmRoute } from '../llm-route.ts';
import { refuse } from '../refuse.ts';
import { sendWhole } from '../send.ts';
import { settle } from '../settle.ts';
import { needsSignature } from '../sign-call.ts';
import { UpstreamFailure } from '../transport.ts';
import { refuseFailure } from '../upstream-failures.ts';
import { joinSockets } from './join-sockets.ts';
import { openUpstream, UpgradeRefused } from './open-upstream.ts';

export async function serveRealtime(
  call: Call,
  { routeType }: LlmRoute,
  { chosen, upstream }: Attempt,
  deps: DataPathDependencies,
): Promise<void> {
  if (needsSignature(chosen.target)) {
    const detail = 'realtime sessions are not opened with the credential of a cloud';
    return refuse(call, { code: 'not_implemented', detail }, deps.dialectError, routeType);
  }
  let provider: WebSocket;
  try {
    provider = await openUpstream(upstream, call.target.headers['sec-websocket-protocol']);
  } catch (error) {
    settle(call, noUsage, undefined, deps);
    if (error instanceof UpgradeRefused) return giveRefusal(call, error);
    return refuseFailure(call, unreachable(error), routeType, deps);
  }
  const client = await accept(call, provider);
  call.record.status = 101;
  const meter = new RealtimeMeter();
  const end = await joinSockets(client, provider, meter, () => overspent(call, upstream, meter));
  if (end.error !== undefined) call.record.error = end.error;
  call.record.responseBytes = end.bytes;
  settle(call, meter.usage(), upstream.requestModel, deps);
  client.close(end.code, end.reason);
}

function unreachable(error: unknown): UpstreamFailure {
  return new UpstreamFailure('unreachable', 'Connect: no realtime session', { cause: error });
}

function giveRefusal(call: Call, { status, body, contentType }: UpgradeRefused): void {
  call.record.reason = 'Upstream';
  call.record.error = `the provider answered ${status}`;
  sendWhole(call, status, contentType === '' ? {} : { 'content-type': contentType }, body);
}

/** A session under a hard budget ends when it has used what was held for it: more may not be there. */
function overspent(call: Call, upstream: UpstreamCall, meter: RealtimeMeter): boolean {
  const held = call.context.reservation;
  if (held === undefined || !held.request.items.some(({ enforce }) => enforce === 'hard')) return false;
  const { inputTokens, outputTokens } = meter.usage();
  return inputTokens > upstream.boundInput() || outputTokens > held.granted;
}

/** The subprotocol is the one that the provider chose. */
async function accept({ incoming, upgrade }: Call, provider: WebSocket): Promise<WebSocket> {
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: () => provider.protocol || false,
  });
  const { socket, head } = upgrade!;
  return new Promise((resolve) => {
    server.handleUpgrade(incoming as IncomingMessage, socket, head, (client) => {
      client.pause();
      resolve(client);
    });
  });
}
