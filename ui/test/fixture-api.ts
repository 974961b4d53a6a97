/** An admin API with made-up data that serves the built console as the gateway does: same sessions, same strict CSP. */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join } from 'node:path';
import { figuresOf, makeCall, sequence } from './fixture-data.ts';
import { type Answer, answerAdmin, createWorld, refuse, type World } from './fixture-routes.ts';

const dist = join(import.meta.dirname, '..', 'dist');
const adminToken = 'fixture-admin-token';
const holderKey = 'tg_fixture_key-000_0000';

export interface FixtureApi {
  url: string;
  adminToken: string;
  holderKey: string;
  /** Works once. */
  loginCode: string;
  world: World;
  /** As after a restart of the gateway: cookies are worth nothing any more. */
  expireSessions(): void;
  /** Resolves when someone follows the tail. */
  tailed(): Promise<void>;
  /** A call ends: whoever follows the tail sees it. */
  tellCall(): void;
  /** Connections are cut and refused until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export async function startFixtureApi(port = 0): Promise<FixtureApi> {
  const world = createWorld(Date.now());
  const sessions = new Map<string, { role: 'admin' | 'holder'; csrf: string }>();
  const codes = new Set(['fixture-login-code']);
  const tails = new Set<ServerResponse>();
  const followed = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() =>
      sendAnswer(response, refuse(500, 'internal', 'something went wrong here')),
    );
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fixture');
    if (!url.pathname.startsWith('/api/v1')) return sendFile(response, url.pathname);
    const path = url.pathname.slice('/api/v1'.length);
    const id = /tollgate_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    const session = sessions.get(id);
    const method = request.method ?? 'GET';
    const body = await readJson(request);
    if (path === '/login-methods') return sendAnswer(response, { status: 200, json: { password: false } });
    if (path === '/session' && method === 'POST')
      return logIn(response, String((body as { token?: unknown }).token));
    if (session === undefined) return sendAnswer(response, refuse(401, 'session', 'log in'));
    if (method !== 'GET' && request.headers['x-tollgate-csrf'] !== session.csrf)
      return sendAnswer(response, refuse(403, 'csrf', 'the csrf header is missing'));
    if (path === '/session' && method === 'DELETE') sessions.delete(id);
    if (path === '/session')
      return sendAnswer(response, method === 'GET' ? { status: 200, json: session } : { status: 204 });
    if (path === '/me') return sendAnswer(response, mine(world));
    if (session.role !== 'admin')
      return sendAnswer(response, refuse(403, 'role', 'this needs the admin role.'));
    if (path === '/calls/tail') return follow(response);
    sendAnswer(response, answerAdmin(world, method, path, url.searchParams, body));
  }

  function logIn(response: ServerResponse, token: string): void {
    const isAdmin = token === adminToken || codes.delete(token);
    if (!isAdmin && token !== holderKey) {
      sendAnswer(response, refuse(401, 'token', 'not accepted'));
      return;
    }
    const session = {
      role: isAdmin ? ('admin' as const) : ('holder' as const),
      csrf: randomBytes(8).toString('hex'),
    };
    const id = randomBytes(8).toString('hex');
    sessions.set(id, session);
    response.setHeader('set-cookie', `tollgate_session=${id}; Path=/; HttpOnly; SameSite=Strict`);
    sendAnswer(response, { status: 200, json: session });
  }

  function follow(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': calls follow\n\n');
    tails.add(response);
    followed.resolve();
    response.on('close', () => tails.delete(response));
  }

  await listen(port);
  const { port: bound } = server.address() as AddressInfo;
  const random = sequence(3);
  return {
    url: `http://127.0.0.1:${bound}`,
    adminToken,
    holderKey,
    loginCode: 'fixture-login-code',
    world,
    expireSessions: () => sessions.clear(),
    tailed: () => followed.promise,
    tellCall() {
      const call = makeCall(-world.calls.length, Date.now(), world.keys[1]!, random);
      world.calls.unshift(call);
      for (const tail of tails) tail.write(`data: ${JSON.stringify(call)}\n\n`);
    },
    goAway: stop,
    comeBack: () => listen(bound),
    close: stop,
  };
}

function mine({ keys, calls, budgets }: World): Answer {
  const { id: _, source: __, namespace: ___, ...key } = keys[0]!;
  const used = figuresOf(calls.slice(0, 12));
  const own = budgets[0]!.counters[0]!;
  const json = {
    key,
    budgets: [{ name: 'agentgateway-system/engineering-daily', unit: 'tokens', ...own }],
    usage: { month: used, day: used },
  };
  return { status: 200, json };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function sendAnswer(response: ServerResponse, { status, json, text }: Answer): void {
  response.writeHead(status, {
    'content-type': text === undefined ? 'application/json' : 'text/csv',
    'cache-control': 'no-store',
  });
  response.end(text ?? (json === undefined ? '' : JSON.stringify(json)));
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

function sendFile(response: ServerResponse, pathname: string): void {
  const type = types[extname(pathname)];
  const file = join(dist, pathname);
  if (type !== undefined && statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(200, { 'content-type': type });
    response.end(readFileSync(file));
    return;
  }
  const nonce = randomBytes(16).toString('base64url');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'self'; style-src 'self' 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
  });
  response.end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__CSP_NONCE__', nonce));
}
