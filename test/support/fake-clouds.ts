/** Bedrock, Vertex AI, Azure and the issuers of their tokens, on one port: they check who calls and answer what was recorded. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultOfSignature, readAuthorization } from './sigv4.ts';
import { converseStream, invokeStream, read } from './translation-pairs.ts';

export const awsKeys = { accessKey: 'AKIATEST', secretKey: 'aws-secret', sessionToken: 'aws-session' };
const googleToken = 'ya29.machine';
const azureToken = 'eyJ.managed';

export interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

export interface FakeClouds {
  url: string;
  /** Calls to models, the latest last; only those with a good credential. */
  seen: Seen[];
  /** Why calls were not let in. */
  refused: string[];
  /** For the next call to a model, in place of the recorded answer. */
  next: ((outgoing: ServerResponse, seen: Seen) => void) | undefined;
  /** Seconds that Google's tokens live; 0: none is given. */
  tokenSeconds: number;
  tokensGiven: number;
  close(): void;
}

export async function startFakeClouds(): Promise<FakeClouds> {
  const http = createServer((incoming, outgoing) => void serve(clouds, incoming, outgoing));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const clouds: FakeClouds = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    seen: [],
    refused: [],
    next: undefined,
    tokenSeconds: 3_600,
    tokensGiven: 0,
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
  return clouds;
}

async function serve(clouds: FakeClouds, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const path = incoming.url ?? '';
  if (issueToken(clouds, path, outgoing)) return;
  const refusal = refusalOf(incoming, path, body);
  if (refusal !== undefined) {
    clouds.refused.push(refusal);
    return send(outgoing, 403, JSON.stringify({ message: refusal }));
  }
  const seen = { path, headers: incoming.headers, body: JSON.parse(body.toString()) };
  clouds.seen.push(seen);
  const { next } = clouds;
  clouds.next = undefined;
  if (next !== undefined) return next(outgoing, seen);
  const [status, text, type] = answerTo(path, seen.body);
  send(outgoing, status, text, type);
}

function issueToken(clouds: FakeClouds, path: string, outgoing: ServerResponse): boolean {
  const google = path.startsWith('/computeMetadata/');
  if (!google && !path.startsWith('/msi/token')) return false;
  outgoing.setHeader('metadata-flavor', 'Google');
  if (google && clouds.tokenSeconds === 0) send(outgoing, 500, '{}');
  else if (google) {
    clouds.tokensGiven++;
    send(outgoing, 200, JSON.stringify({ access_token: googleToken, expires_in: clouds.tokenSeconds }));
  } else {
    const expires_on = Math.floor(Date.now() / 1_000) + 7_200;
    send(outgoing, 200, JSON.stringify({ access_token: azureToken, expires_on, token_type: 'Bearer' }));
  }
  return true;
}

function refusalOf(incoming: IncomingMessage, path: string, body: Buffer): string | undefined {
  const { authorization } = incoming.headers;
  if (!path.startsWith('/model/') && !path.startsWith('/guardrail/')) {
    const right = path.startsWith('/openai/') ? azureToken : googleToken;
    return authorization === `Bearer ${right}` ? undefined : 'no bearer token, or another one';
  }
  if (authorization === 'Bearer bedrock-api-key') return undefined;
  try {
    const { accessKeyId, region, service } = readAuthorization(String(authorization));
    if (accessKeyId !== awsKeys.accessKey) return 'another access key';
    if (incoming.headers['x-amz-security-token'] !== awsKeys.sessionToken) return 'another session';
    if (region !== 'eu-central-1' || service !== 'bedrock') return `signed for ${region}, ${service}`;
  } catch (error) {
    return (error as Error).message;
  }
  const request = { method: incoming.method!, target: path, headers: incoming.headers, body };
  return faultOfSignature(request, awsKeys.secretKey);
}

const eventStream = 'application/vnd.amazon.eventstream';

function answerTo(path: string, body: Record<string, unknown>): [number, string | Buffer, string?] {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  if (path.endsWith('/converse')) return [200, read('replies/bedrock-converse/plain.json')];
  if (path.endsWith('/converse-stream'))
    return [200, bytes(converseStream(read('replies/bedrock-converse/stream.jsonl'))), eventStream];
  if (path.endsWith('/invoke-with-response-stream'))
    return [200, bytes(invokeStream(read('replies/anthropic-messages/stream.sse'))), eventStream];
  if (path.startsWith('/guardrail/')) return [200, guardrailAnswer(body)];
  if (path.includes(':sanitize')) return [200, armorAnswer(JSON.stringify(body))];
  if (path.includes('titan-embed')) return [200, '{"embedding":[0.5,-0.25],"inputTextTokenCount":7}'];
  if (path.endsWith('/count-tokens')) return [200, '{"inputTokens":19}'];
  if (path.endsWith('count-tokens:rawPredict')) return [200, '{"input_tokens":17}'];
  if (path.endsWith(':countTokens')) return [200, '{"totalTokens":18}'];
  const wire = wireOf(path);
  const streams = body['stream'] === true || path.includes('streamGenerate');
  if (streams) return [200, read(`replies/${wire}/stream.sse`), 'text/event-stream'];
  return [200, read(`replies/${wire}/plain.json`)];
}

/** Masks addresses, blocks bluebirds; the answer to several texts does not say which is whose. */
function guardrailAnswer(body: Record<string, unknown>): string {
  const texts = (body['content'] as { text: { text: string } }[]).map(({ text }) => text.text);
  const all = texts.join('\n');
  const word = { match: 'bluebird', action: 'BLOCKED' };
  const address = { match: 'x', type: 'EMAIL', action: 'ANONYMIZED' };
  const intervened = (assessment: object) =>
    JSON.stringify({
      action: 'GUARDRAIL_INTERVENED',
      outputs: [{ text: all.replace(/\S+@\S+/g, '{EMAIL}') }],
      assessments: [assessment],
    });
  if (all.includes('bluebird')) return intervened({ wordPolicy: { customWords: [word] } });
  if (all.includes('@')) return intervened({ sensitiveInformationPolicy: { piiEntities: [address] } });
  return JSON.stringify({ action: 'NONE', outputs: [], assessments: [{}] });
}

function armorAnswer(asked: string): string {
  const filterMatchState = asked.includes('jailbreak') ? 'MATCH_FOUND' : 'NO_MATCH_FOUND';
  return JSON.stringify({ sanitizationResult: { filterMatchState, invocationResult: 'SUCCESS' } });
}

function wireOf(path: string): string {
  if (path.includes('enerateContent')) return 'gemini-generate';
  return path.includes('/chat/completions') ? 'openai-chat' : 'anthropic-messages';
}

export function send(
  outgoing: ServerResponse,
  status: number,
  body: string | Buffer,
  type = 'application/json',
): void {
  outgoing.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'aws-request-1' });
  outgoing.end(body);
}

/** A stream that goes as far as `events` and then ends, or is cut in the middle of what comes next. */
export function sendEvents(outgoing: ServerResponse, events: readonly Buffer[], cut?: Buffer): void {
  outgoing.writeHead(200, { 'content-type': eventStream });
  outgoing.write(Buffer.concat([...events, ...(cut === undefined ? [] : [cut])]), () => {
    if (cut === undefined) outgoing.end();
    else outgoing.destroy();
  });
}
