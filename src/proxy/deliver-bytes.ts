/** An answer that is no text: its bytes go on as they come, the last of them after what was used is settled. */
import type { Usage } from '../core/llm/usage.ts';
import type { Call } from './call.ts';
import type { DataPathDependencies } from './dependencies.ts';
import { limitHeaders, providerHeaders, writeHead } from './send.ts';
import { settle } from './settle.ts';
import type { UpstreamResponse } from './transport.ts';

/** A failure after the first byte breaks the client's connection: nothing else tells it there. */
export async function deliverBytes(
  call: Call,
  usage: Usage,
  response: UpstreamResponse,
  deps: DataPathDependencies,
): Promise<void> {
  const { outgoing } = call;
  let last: Buffer | undefined;
  const onDrain = () => response.resume();
  outgoing.on('drain', onDrain);
  const write = (chunk: Buffer): boolean => {
    if (outgoing.destroyed) return true;
    if (!outgoing.headersSent) {
      writeHead(call, response.status, {
        ...providerHeaders(response.headers),
        ...limitHeaders(call),
        'content-type': String(response.headers['content-type']),
      });
    }
    call.record.responseBytes += chunk.length;
    call.recording?.media(String(response.headers['content-type']), chunk.length);
    return outgoing.write(chunk);
  };
  try {
    await response.stream((chunk) => {
      const before = last;
      last = chunk;
      return before === undefined || write(before);
    });
    call.record.status = response.status;
    settle(call, usage, undefined, deps);
    write(last ?? Buffer.alloc(0));
    outgoing.end();
  } catch (error) {
    if (!outgoing.headersSent) throw error;
    call.record.error = error instanceof Error ? error.message : String(error);
    settle(call, { ...usage, estimated: true }, undefined, deps);
    outgoing.destroy();
  } finally {
    outgoing.removeListener('drain', onDrain);
  }
}
