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
  abort(): void;
}

const maxMs = 120_000;
const maxAnswerBytes = 4 * 1024 * 1024;

export function ask({ address, port, host, pathAndQuery, headers, body }: Ask): Exchange {
  let source: string | undefined;
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
  const timer = setTimeout(() => call.destroy(new Error(`it took longer than ${maxMs / 1000} s`)), maxMs);
  call.once('close', () => clearTimeout(timer));
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.on('error', reject);
    call.once('response', resolve);
  });
  call.end(body);
  return { answer, source: () => source, abort: () => call.destroy() };
}

/** The answer's text as it comes. Throws when it is too long, or is cut. */
export async function* textOf(answer: IncomingMessage): AsyncGenerator<string> {
  answer.setEncoding('utf8');
  let size = 0;
  for await (const text of answer as AsyncIterable<string>) {
    size += text.length;
    if (size > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`);
    yield text;
  }
  if (!answer.complete) throw new Error('the answer was cut off');
}
