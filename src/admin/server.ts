/** The admin API (15000) and what is served beside it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { adminToken } from './admin-token.ts';
import { sendProblem } from './answer.ts';
import type { AdminContext } from './context.ts';
import { type AdminStores, Gatekeeper } from './principal.ts';
import { Problem, shortened } from './problem.ts';
import { prefix, Router } from './router.ts';
import { allRoutes } from './routes.ts';
import { servePage } from './start-page.ts';
import { createStaticFiles, type StaticFiles } from './static-files.ts';

export interface AdminOptions extends AdminContext, AdminStores {
  host: string;
  port: number;
  /** Holds the admin token. */
  dataDir: string;
  /** Where the console was built, if it was. */
  uiDir?: string;
}

export interface AdminServer {
  server: Server;
  port: number;
  url: string;
  /** Logs a browser in once, within 15 minutes, here or at a gateway that shares the sessions. Rejects with `StoreUnavailable`. */
  loginUrl(): Promise<string>;
}

/** Rejects when the port is taken (EADDRINUSE). */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const { host, port, dataDir, randomBytes } = options;
  const gatekeeper = new Gatekeeper(options, adminToken(dataDir, randomBytes), options);
  const router = new Router(options, gatekeeper, allRoutes(options));
  const ui =
    options.uiDir === undefined
      ? undefined
      : createStaticFiles(options.uiDir, () => Buffer.from(randomBytes(16)).toString('base64url'));
  const names = new Set([host, 'localhost', '127.0.0.1', '[::1]', ...nameIn(options.consoleUrl)]);
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    void serve(request, response, names, router, ui);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`;
  return {
    server,
    port: bound,
    url,
    loginUrl: async () => `${url}?login=${await gatekeeper.sessions.newCode()}`,
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  names: ReadonlySet<string>,
  router: Router,
  ui: StaticFiles | undefined,
): Promise<void> {
  if (!isOwnHost(request.headers.host, names))
    return sendProblem(response, new Problem(403, 'host', 'this name is not served here'));
  const url = URL.parse(request.url ?? '/', 'http://admin');
  if (url === null) return sendProblem(response, new Problem(400, 'path', 'this is no path'));
  if (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`))
    return router.serve(request, response, url);
  if (url.pathname === '/api' || url.pathname.startsWith('/api/'))
    return sendProblem(response, new Problem(404, 'not_found', `no such path: ${shortened(url.pathname)}`));
  if (ui === undefined) servePage(request, response, url);
  else await ui.serve(request, response, url);
}

/** A name that resolves to loopback is not ours: DNS rebinding would let any web page in. */
function isOwnHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  return names.has((host ?? '').replace(/:\d+$/, ''));
}

function nameIn(consoleUrl: string | undefined): string[] {
  return consoleUrl === undefined ? [] : [new URL(consoleUrl).hostname];
}
