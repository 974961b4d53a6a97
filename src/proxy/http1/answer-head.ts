/**
 * The head of an answer, from its complete text. Strict (RFC 9112): whatever two readers could understand differently, and so
 * could split one answer into two, is refused: bare CR or LF, folded lines, blanks before the colon, a length that is told
 * twice or beside a transfer coding, a coding that is not `chunked`.
 */
import type { ResponseHeaders } from '../transport.ts';
import { MalformedAnswer } from './malformed-answer.ts';

export interface AnswerHead {
  status: number;
  headers: ResponseHeaders;
  /** Bytes of the body by its length; `chunked`, or until the connection ends. */
  body: number | 'chunked' | 'until-close';
  /** Whether the connection may serve another request. */
  reusable: boolean;
  /** Milliseconds that the upstream says to keep an idle connection. */
  keepMs: number | undefined;
}

export const mostHeaders = 256;

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/;
/** Controls other than tab, CR and LF; and each of those two without the other. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafe = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const decimal = /^\d{1,15}$/;
const keepTimeout = /\btimeout=(\d{1,9})/i;

/** As providers write them, so that most names cost a look-up. */
const knownNames = new Map(
  [
    'Access-Control-Allow-Origin',
    'Age',
    'Alt-Svc',
    'Cache-Control',
    'CF-Cache-Status',
    'CF-RAY',
    'Connection',
    'Content-Encoding',
    'Content-Length',
    'Content-Type',
    'Date',
    'ETag',
    'Keep-Alive',
    'OpenAI-Organization',
    'OpenAI-Processing-MS',
    'OpenAI-Version',
    'Request-Id',
    'Retry-After',
    'Server',
    'Set-Cookie',
    'Strict-Transport-Security',
    'Transfer-Encoding',
    'Vary',
    'Via',
    'X-Content-Type-Options',
    'X-Envoy-Upstream-Service-Time',
    'X-Request-Id',
  ].flatMap((name) => [
    [name, name.toLowerCase()] as const,
    [name.toLowerCase(), name.toLowerCase()] as const,
  ]),
);

/** `text` is latin1, from the status line to the last header's CRLF. Throws `MalformedAnswer`. */
export function parseHead(text: string, method: string): AnswerHead {
  if (unsafe.test(text)) throw new MalformedAnswer('a control character, or a lone CR or LF, in the head');
  const lineEnd = text.indexOf('\r\n');
  const [, minor, code] = statusLine.exec(text.slice(0, lineEnd)) ?? [];
  if (code === undefined) throw new MalformedAnswer('the status line is not one of HTTP/1.0 or 1.1');
  const headers = parseFields(text, lineEnd + 2);
  return framed(Number(code), minor === '1', headers, method);
}

function parseFields(text: string, start: number): ResponseHeaders {
  const headers: ResponseHeaders = {};
  let count = 0;
  for (let at = start; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) throw new MalformedAnswer('a header line without a colon');
    if (++count > mostHeaders) throw new MalformedAnswer(`more than ${mostHeaders} headers`);
    addField(headers, nameOf(text.slice(at, colon)), trimmed(text, colon + 1, end));
    at = end + 2;
  }
  return headers;
}

function nameOf(raw: string): string {
  const known = knownNames.get(raw);
  if (known !== undefined) return known;
  // A line that begins with a blank is a folded one: no token either.
  if (!token.test(raw)) throw new MalformedAnswer('a header name that is not a token');
  return raw.toLowerCase();
}

function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function addField(headers: ResponseHeaders, name: string, value: string): void {
  // Assigned to a plain object it would not be a header.
  if (name === '__proto__') return;
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

function framed(status: number, isHttp11: boolean, headers: ResponseHeaders, method: string): AnswerHead {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (length !== undefined && (typeof length !== 'string' || !decimal.test(length)))
    throw new MalformedAnswer('a content-length that is not one number');
  if (coding !== undefined) {
    if (length !== undefined) throw new MalformedAnswer('content-length beside transfer-encoding');
    if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked' || !isHttp11)
      throw new MalformedAnswer('a transfer-encoding that is not chunked');
  }
  const persistent = isHttp11 && !asksToClose(headers['connection']);
  if (status < 200 && !persistent)
    throw new MalformedAnswer('an informational answer that ends the connection');
  const keepMs = keepMsOf(headers['keep-alive']);
  const head = { status, headers, reusable: persistent, keepMs };
  if (method === 'HEAD' || status < 200) return { ...head, body: 0 };
  if (status === 204 || status === 304) {
    // It may have sent the body that it announces: that would be the next answer on this connection.
    const announced = coding !== undefined || (length !== undefined && Number(length) > 0);
    return { ...head, body: 0, reusable: persistent && !announced };
  }
  if (coding !== undefined) return { ...head, body: 'chunked' };
  if (length !== undefined) return { ...head, body: Number(length) };
  return { ...head, body: 'until-close', reusable: false };
}

function asksToClose(connection: string | string[] | undefined): boolean {
  if (connection === undefined || connection === 'keep-alive') return false;
  const tokens = String(connection).toLowerCase().split(',');
  return tokens.some((each) => each.trim() === 'close');
}

function keepMsOf(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, seconds] = keepTimeout.exec(String(header)) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
