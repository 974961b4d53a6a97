/** Two WebSockets as one: messages pass in both directions, in their order, no faster than they are taken. */
import type { RawData, WebSocket } from 'ws';
import type { RealtimeMeter } from '../../core/llm/realtime/meter.ts';

/** What may wait at one side before the other is asked to pause. */
const mostWaiting = 1024 * 1024;

export interface SessionEnd {
  /** How to end the client's side. */
  code: number;
  reason: string;
  error?: string;
  /** Passed to the client. */
  bytes: number;
}

/** The budget has no more for this session. */
const policyViolation = 1008;
const wentWrong = 1011;

/** Both come paused. Resolves when either side has ended; the provider's is closed then, the client's not yet. */
export function joinSockets(
  client: WebSocket,
  provider: WebSocket,
  meter: RealtimeMeter,
  overspent: () => boolean,
): Promise<SessionEnd> {
  return new Promise((resolve) => {
    let bytes = 0;
    let done = false;
    const finish = (code: number, reason: string, error?: string) => {
      if (done) return;
      done = true;
      provider.close();
      resolve({ code: sendable(code), reason, bytes, ...(error !== undefined && { error }) });
    };
    client.on('message', (data, isBinary) => {
      if (!isBinary) meter.sent(String(data));
      pass(client, provider, data, isBinary);
    });
    provider.on('message', (data, isBinary) => {
      if (done) return;
      const told = !isBinary && meter.received(String(data));
      bytes += sizeOf(data);
      pass(provider, client, data, isBinary);
      if (told && overspent())
        finish(policyViolation, 'the budget holds no more for this session', 'ended: its budget is spent');
    });
    provider.on('close', (code, reason) => finish(code, reason.toString(), lost(code)));
    provider.on('error', (error) => finish(wentWrong, 'the provider failed', error.message));
    client.on('close', (code) => finish(code, ''));
    client.on('error', (error) => finish(wentWrong, '', error.message));
    if (client.readyState !== client.OPEN) finish(1001, '');
    provider.resume();
    client.resume();
  });
}

function pass(from: WebSocket, to: WebSocket, data: RawData, binary: boolean): void {
  if (to.readyState !== to.OPEN) return;
  to.send(data, { binary }, () => {
    if (to.bufferedAmount <= mostWaiting && from.isPaused) from.resume();
  });
  if (to.bufferedAmount > mostWaiting) from.pause();
}

function lost(code: number): string | undefined {
  return code === 1006 ? 'the provider ended the session without saying so' : undefined;
}

/** Codes for what was never said are not for saying (RFC 6455, 7.4.1). */
function sendable(code: number): number {
  if (code === 1006) return wentWrong;
  return code === 1005 || code === 1015 ? 1000 : code;
}

function sizeOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, part) => sum + part.length, 0) : data.byteLength;
}
