/** The service over plain HTTP: `/json`, `/healthcheck` and the rules in force at `/rlconfig`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { RateLimitIndex } from '../core/ratelimit/match.ts';
import type { RateLimitConfig, RateLimitService } from '../core/ratelimit/model.ts';
import type { Health } from './health.ts';
import { requestFromJson } from './json-request.ts';
import { responseToJson } from './json-response.ts';

export interface RateLimitHttpOptions {
  service: RateLimitService;
  config: () => RateLimitConfig | undefined;
  health: Health;
  host: string;
  port: number;
}

export interface RateLimitHttpServer {
  port: number;
  close(): Promise<void>;
}

const maxBodyBytes = 4 * 1_024 * 1_024;
const maxConnections = 1_024;
/** Above it a body that would be buffered is refused: all of them together stay small. */
const maxBufferedBytes = 32 * 1_024 * 1_024;

export async function startRateLimitHttpServer(options: RateLimitHttpOptions): Promise<RateLimitHttpServer> {
  const buffered = { now: 0 };
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/json') void answerJson(options.service, request, response, buffered);
    else if (path === '/healthcheck') answerHealth(options.health, response);
    else if (path === '/rlconfig') text(response, 200, describeRules(options.config()));
    else text(response, 404, '404 page not found\n');
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, exclusive: true }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, close: () => close(server) };
}

/** Whatever is wrong is told as the original does it: 400 without a reason. */
async function answerJson(
  service: RateLimitService,
  request: IncomingMessage,
  response: ServerResponse,
  buffered: { now: number },
): Promise<void> {
  try {
    const answer = await service.shouldRateLimit(requestFromJson(await readBody(request, buffered)));
    response
      .writeHead(answer.overallCode === 'OVER_LIMIT' ? 429 : 200, { 'content-type': 'application/json' })
      .end(responseToJson(answer));
  } catch {
    response.shouldKeepAlive = false;
    text(response, 400, 'Bad Request\n');
  }
}

async function readBody(request: IncomingMessage, buffered: { now: number }): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      buffered.now += chunk.length;
      if (size > maxBodyBytes || buffered.now > maxBufferedBytes)
        throw new RangeError('the body is too large');
      chunks.push(chunk);
    }
  } finally {
    buffered.now -= size;
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function answerHealth(health: Health, response: ServerResponse): void {
  if (health.isServing) text(response, 200, 'OK');
  else response.writeHead(500).end();
}

/** One line for each rule, as the original's debug port prints them; in the order of the files. */
function describeRules(config: RateLimitConfig | undefined): string {
  if (config === undefined) return '';
  return [...new RateLimitIndex(config).rules()]
    .map(({ path, source, limit }) => {
      const unit = limit.unlimited ? 'UNKNOWN' : limit.unit.toUpperCase();
      const modes = `shadow_mode: ${source.shadowMode}, quota_mode: ${source.quotaMode}`;
      return `${path}: unit=${unit} requests_per_unit=${limit.requestsPerUnit}, ${modes}\n`;
    })
    .join('');
}

function text(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .end(body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
