/** The head of a request as bytes. What could be read as something else than one request is not sent. */
import type { UpstreamRequest } from '../transport.ts';

/** A request that can't be sent as it is: a fault of whoever made it. */
export class UnsendableRequest extends Error {
  override readonly name = 'UnsendableRequest';
}

export interface RequestHead {
  text: string;
  /** Every character is one byte in any encoding. */
  ascii: boolean;
  bodyBytes: number;
  /** Whether the connection may serve another request after it. */
  reusable: boolean;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const badPath = /[^\x21-\x7e\x80-\xff]/;
const badValue = /[^\t\x20-\x7e\x80-\xff]/;
const beyondAscii = /[^\0-\x7f]/;
/** These say where a body is; a body on any other method confuses some servers, so that its connection ends with it. */
const withBody = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);
/** The connection's own: framing, and what is agreed on between neighbours. */
const refused = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect']);

/** `host` as the origin has it, unless the headers name another. Throws `UnsendableRequest`. */
export function requestHead({ method, url, headers, body }: UpstreamRequest, host: string): RequestHead {
  const path = pathOf(url);
  const bodyBytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (!token.test(method)) throw new UnsendableRequest('the method is not a token');
  if (!path.startsWith('/') || badPath.test(path)) throw new UnsendableRequest('the path is not one');
  const fields = fieldsOf(headers, bodyBytes);
  const hasBody = bodyBytes > 0;
  // Some servers send a body after HEAD.
  const reusable = !fields.closes && method !== 'HEAD' && (!hasBody || withBody.has(method));
  const connection = fields.closes || method === 'HEAD' ? 'close' : 'keep-alive';
  const length = hasBody || withBody.has(method) ? `content-length: ${bodyBytes}\r\n` : '';
  const start = `${method} ${path} HTTP/1.1\r\nhost: ${fields.host ?? host}\r\nconnection: ${connection}\r\n`;
  const text = `${start}${fields.text}${length}\r\n`;
  return { text, ascii: !beyondAscii.test(text), bodyBytes, reusable };
}

function pathOf(url: string): string {
  const split = url.indexOf('/', url.indexOf('://') + 3);
  return split < 0 ? '/' : url.slice(split);
}

interface Fields {
  text: string;
  host: string | undefined;
  closes: boolean;
}

function fieldsOf(headers: UpstreamRequest['headers'], bodyBytes: number): Fields {
  const fields: Fields = { text: '', host: undefined, closes: false };
  for (const name of Object.keys(headers)) {
    // node:http gives a list of some headers, and so of a client's.
    const given: string | readonly string[] | undefined = headers[name];
    if (given === undefined) continue;
    if (typeof given === 'string') addField(fields, name, given, bodyBytes);
    else for (const value of given as readonly string[]) addField(fields, name, value, bodyBytes);
  }
  return fields;
}

function addField(fields: Fields, name: string, value: string, bodyBytes: number): void {
  if (!token.test(name) || badValue.test(value)) throw new UnsendableRequest('a header that can not be sent');
  const lower = name.toLowerCase();
  if (lower === 'host') {
    if (fields.host !== undefined) throw new UnsendableRequest('two hosts');
    fields.host = value;
  } else if (lower === 'content-length') {
    if (value !== String(bodyBytes)) throw new UnsendableRequest('a length that is not the body’s');
  } else if (lower === 'connection') fields.closes ||= /\bclose\b/i.test(value);
  else if (refused.has(lower)) throw new UnsendableRequest(`the header ${lower} can not be sent on`);
  else fields.text += `${name}: ${value}\r\n`;
}
