/** A stand-in for Anthropic's Messages API, plain and streaming: named as a sample in every answer, honest in its counts. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, countTokens, type SampleAnswer, type SampleRequest } from './answer.ts';

export interface SampleProvider {
  url: string;
  close(): Promise<void>;
}

export interface SampleProviderOptions {
  host: string;
  port: number;
  /** Made-up ids are told apart by it. */
  randomId: () => string;
}

interface Totals {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

const maxBodyBytes = 32 * 1024 * 1024;

export function startSampleProvider(options: SampleProviderOptions): Promise<SampleProvider> {
  const totals: Totals = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const server = createServer((request, response) => void serve(request, response, totals, options));
  // As long as real providers keep them: a busy machine is too slow for the five seconds that are Node's own.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://${options.host}:${port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  totals: Totals,
  options: SampleProviderOptions,
): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (request.method === 'GET' && path === '/usage') return sendJson(response, 200, totals);
  const body = await readBody(request);
  if (path !== '/v1/messages' && path !== '/v1/messages/count_tokens')
    return sendError(response, 404, 'not_found_error', `no such path: ${path}`);
  if (request.method !== 'POST') return sendError(response, 405, 'invalid_request_error', 'use POST');
  if (!request.headers['x-api-key'])
    return sendError(response, 401, 'authentication_error', 'x-api-key header is required');
  const parsed = parse(body);
  if (parsed === undefined)
    return sendError(response, 400, 'invalid_request_error', 'messages: Field required');
  if (path.endsWith('count_tokens')) {
    return sendJson(response, 200, {
      input_tokens: countTokens(JSON.stringify([parsed.system ?? '', parsed.messages, parsed.tools ?? []])),
    });
  }
  const id = options.randomId();
  const made = answer(parsed, id);
  totals.requests++;
  totals.inputTokens += made.usage.input_tokens;
  totals.outputTokens += made.usage.output_tokens;
  response.setHeader('request-id', `req_sample_${id}`);
  if (parsed.stream) sendStream(response, parsed, made, id);
  else sendJson(response, 200, message(parsed, made, id));
}

function message(request: SampleRequest, made: SampleAnswer, id: string): unknown {
  const content: unknown[] = [{ type: 'text', text: made.text }];
  if (made.tool !== undefined) content.push({ type: 'tool_use', ...made.tool });
  return {
    id: `msg_sample_${id}`,
    type: 'message',
    role: 'assistant',
    model: request.model ?? 'sample',
    content,
    stop_reason: made.stopReason,
    stop_sequence: null,
    usage: {
      ...made.usage,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      service_tier: 'standard',
    },
  };
}

/** Words to a piece of a stream: about what a provider sends in one event. */
const wordsPerEvent = 6;

function sendStream(response: ServerResponse, request: SampleRequest, made: SampleAnswer, id: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const send = (type: string, rest: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
  const start = message(request, { ...made, text: '', tool: undefined }, id) as Record<string, unknown>;
  send('message_start', {
    message: { ...start, content: [], stop_reason: null, usage: { ...made.usage, output_tokens: 1 } },
  });
  send('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  send('ping', {});
  for (const text of pieces(made.text))
    send('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
  send('content_block_stop', { index: 0 });
  if (made.tool !== undefined) {
    const { input, ...tool } = made.tool;
    send('content_block_start', { index: 1, content_block: { type: 'tool_use', ...tool, input: {} } });
    send('content_block_delta', {
      index: 1,
      delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
    });
    send('content_block_stop', { index: 1 });
  }
  send('message_delta', {
    delta: { stop_reason: made.stopReason, stop_sequence: null },
    usage: { output_tokens: made.usage.output_tokens },
  });
  send('message_stop', {});
  response.end();
}

function pieces(text: string): string[] {
  const words = text.match(/\S+\s*/g) ?? [];
  const result: string[] = [];
  for (let i = 0; i < words.length; i += wordsPerEvent)
    result.push(words.slice(i, i + wordsPerEvent).join(''));
  return result;
}

function parse(body: string): SampleRequest | undefined {
  try {
    const value = JSON.parse(body) as SampleRequest;
    return Array.isArray(value.messages) && value.messages.length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number, type: string, text: string): void {
  sendJson(response, status, {
    type: 'error',
    error: { type, message: `Tollgate sample provider: ${text}` },
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) break;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
