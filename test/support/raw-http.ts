/** One HTTP/1.1 exchange over a plain socket: the answer's exact bytes, nothing interpreted by a client library. */
import { connect } from 'node:net';

export interface RawAnswer {
  statusLine: string;
  status: number;
  /** Lower-case names; the order is the wire's. */
  headers: Record<string, string>;
  body: string;
}

export async function exchange(address: string, port: number, request: string): Promise<RawAnswer> {
  const socket = connect(port, address);
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parse(Buffer.concat(chunks).toString('utf8'));
}

/** A request as curl writes it, with `Connection: close` so that the answer's end is the socket's end. */
export function request(
  method: string,
  host: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'User-Agent: curl/8.7.1', 'Accept: */*'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;
}

function parse(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, split).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const rest = text.slice(split + 4);
  const body = headers['transfer-encoding'] === 'chunked' ? dechunk(rest) : rest;
  return { statusLine, status: Number(statusLine.split(' ')[1]), headers, body };
}

function dechunk(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let at = 0;
  let body = '';
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return body;
    body += bytes.toString('utf8', lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
