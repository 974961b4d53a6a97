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

/** Sends `requests` in all over `connections` sockets, each waiting for its answer before the next request. */
export async function load(target: Target, connections: number, requests: number): Promise<LoadResult> {
  const result: LoadResult = { requests, failures: 0, seconds: 0, latenciesMs: [] };
  let left = requests;
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, () => drive(target, () => left-- > 0, result)));
  result.seconds = (performance.now() - started) / 1000;
  return result;
}

function drive(target: Target, more: () => boolean, result: LoadResult): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(target.port, target.host);
    socket.setNoDelay(true);
    let buffered: Buffer = Buffer.alloc(0);
    let sentAt = 0;
    const next = () => {
      if (!more()) return void socket.end(resolve);
      sentAt = performance.now();
      socket.write(target.request);
    };
    socket.on('connect', next);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      if (!isComplete(buffered)) return;
      result.latenciesMs.push(performance.now() - sentAt);
      if (!buffered.subarray(0, 12).equals(okLine)) result.failures++;
      buffered = Buffer.alloc(0);
      next();
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
