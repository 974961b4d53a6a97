/** What a browser gets where no console was built. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { securityHeaders, sendProblem } from './answer.ts';
import { Problem, shortened } from './problem.ts';

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tollgate</title>
<h1>Tollgate</h1><p>The gateway runs. Its console was not built here; the admin API is under <code>/api/v1</code>, described in
<a href="/api/v1/openapi.json">openapi.json</a>.</p></html>`;

export function servePage(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const refusal = refusalOf(request, url);
  if (refusal !== undefined) {
    sendProblem(response, refusal);
    return;
  }
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(page);
}

function refusalOf({ method }: IncomingMessage, { pathname }: URL): Problem | undefined {
  if (pathname !== '/') return new Problem(404, 'not_found', `no such path: ${shortened(pathname)}`);
  if (method === 'GET' || method === 'HEAD') return undefined;
  return new Problem(405, 'method', 'use GET', undefined, { allow: 'GET, HEAD' });
}
