/** One call of the playground to the gateway's own port: bounded in time and size, broken off when nobody wants the answer. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface Ask {
  /** Of the data path; never chosen by the person. */
  address: string;
  port: number;
  /** Host header. */
  host: string;
  pathAndQuery: string;
  headers: Record<string, string>;
  body: string;
}

export interface Exchange {
  /** Rejects when the gateway can not be reached, or takes too long. */
  answer: Promise<IncomingMessage>;
  /** `address:port` of our end of the connection, once there is one: the call's record names it. */
  source(): string | undefined;
  /** Why it was broken off here, if it was. */
  brokenOff(): string | undefined;
  abort(): void;
}

const mostMs = 120_000;
const mostCharacters = 4 * 1024 * 1024;

export function ask(
  { address, port, host, pathAndQuery, headers, body }: Ask,
  maxMs: number = mostMs,
): Exchange {
  let source: string | undefined;
  let reason: string | undefined;
  const call: ClientRequest = request({
    host: address,
    port,
    path: pathAndQuery,
    method: 'POST',
    headers: { ...headers, host, 'content-length': Buffer.byteLength(body) },
    // A connection of its own: its address tells this call from all others.
    agent: false,
  });
  call.once('socket', (socket) =>
    socket.once('connect', () => {
      source = `${socket.localAddress}:${socket.localPort}`;
    }),
  );
  const timer = setTimeout(() => {
    reason = `it took longer than ${maxMs / 1000} s`;
    call.destroy(new Error(reason));
  }, maxMs);
  call.once('close', () => clearTimeout(timer));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.on('error', reject);
    call.once('response', resolve);
  });
  call.end(body);
  return { answer, source: () => source, brokenOff: () => reason, abort: () => call.destroy() };
}

/** The answer's text as it comes. Throws when it is too long, or is cut. */
export async function* textOf(
  answer: IncomingMessage,
  maxCharacters: number = mostCharacters,
): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  let size = 0;
  for await (const text of answer as AsyncIterable<string>) {
    size += text.length;
    if (size > maxCharacters) throw new Error(`the answer is longer than ${maxCharacters} characters`);
    yield text;
  }
  if (!answer.complete) throw new Error('the answer was cut off');
}
