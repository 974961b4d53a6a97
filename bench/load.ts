/** Closed-loop load over raw keep-alive sockets: cheap enough that the measured process, not the load, is what is busy. */
import { connect, type Socket } from 'node:net';

export interface Target {
  host: string;
  port: number;
  /** Complete request bytes, keep-alive. */
  request: Buffer;
}

export interface LoadResult {
  requests: number;
  failures: number;
  seconds: number;
  latenciesMs: number[];
}

/**
 * Sends `requests` in all over `connections` sockets, each waiting for its answer before the next request; with a `rate` (a second) none
 * before its time has come, so that it is kept as long as the other side keeps up with it.
 */
export async function load(
  target: Target,
  connections: number,
  requests: number,
  rate = Number.POSITIVE_INFINITY,
): Promise<LoadResult> {
  const result: LoadResult = { requests, failures: 0, seconds: 0, latenciesMs: [] };
  let begun = 0;
  const started = performance.now();
  const next = () => (begun < requests ? started + (1_000 * begun++) / rate : undefined);
  await Promise.all(Array.from({ length: connections }, () => drive(target, next, result)));
  result.seconds = (performance.now() - started) / 1000;
  return result;
}

/** `next`: when the next request is due; undefined after the last. */
function drive(target: Target, next: () => number | undefined, result: LoadResult): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(target.port, target.host);
    socket.setNoDelay(true);
    let buffered: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      socket.write(target.request);
    };
    const goOn = () => {
      const dueAt = next();
      if (dueAt === undefined) return void socket.end(resolve);
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) setTimeout(send, waitMs);
      else send();
    };
    socket.on('connect', goOn);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      if (!isComplete(buffered)) return;
      result.latenciesMs.push(performance.now() - sentAt);
      if (!buffered.subarray(0, 12).equals(okLine)) result.failures++;
      buffered = Buffer.alloc(0);
      goOn();
    });
  });
}

const okLine = Buffer.from('HTTP/1.1 200');
const lastChunk = Buffer.from('0\r\n\r\n');

function isComplete(answer: Buffer): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const head = answer.toString('latin1', 0, headEnd).toLowerCase();
  const length = head.match(/content-length: (\d+)/)?.[1];
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length);
  return answer.subarray(-lastChunk.length).equals(lastChunk);
}
