/** `/calls/tail`: calls as they end, as server-sent events. */
import type { ServerResponse } from 'node:http';
import type { RequestRecord } from '../core/record.ts';
import { Problem } from './problem.ts';
import type { Call, Route } from './route.ts';

const maxListeners = 32;
/** A reader that falls so far behind is cut off; it may read what it missed from `/calls`. */
const maxUnsentBytes = 1024 * 1024;
/** Keeps proxies from closing a quiet stream, and finds out that a session has ended. */
const heartbeatMs = 5_000;

export function callTailRoute(): Route {
  let listeners = 0;
  return {
    method: 'GET',
    path: '/calls/tail',
    access: 'team',
    summary: 'Calls as they end, as server-sent events: each `data` is a record',
    answer: { status: 200, description: 'An endless stream', mediaTypes: ['text/event-stream'] },
    serve(call) {
      if (listeners >= maxListeners)
        throw new Problem(503, 'too_many', `${maxListeners} are listening already`, undefined, {
          'retry-after': '5',
        });
      listeners += 1;
      return {
        stream: (response) =>
          follow(call, response, () => {
            listeners -= 1;
          }),
      };
    },
  };
}

function follow(call: Call, response: ServerResponse, onEnd: () => void): void {
  const { context, gatekeeper, request } = call;
  const { role, team } = call.principal();
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(': calls follow\n\n');
  const unsubscribe = context.onRecord((record: RequestRecord) => {
    if (response.writableLength > maxUnsentBytes) response.destroy();
    else response.write(`data: ${JSON.stringify(record)}\n\n`);
  });
  const heartbeat = setInterval(async () => {
    const stays = await mayStay();
    if (response.destroyed) return;
    if (stays) response.write(': still here\n\n');
    else response.end();
  }, heartbeatMs);
  heartbeat.unref();
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
    onEnd();
  });

  async function mayStay(): Promise<boolean> {
    try {
      const now = await gatekeeper.principalOf(request);
      return now?.role === role && now.team === team;
    } catch {
      return false;
    }
  }
}
