/** The console: the files of its build, and its start page for every path that is a page of its own. */
import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { securityHeaders, sendProblem } from './answer.ts';
import { CompressedFiles, takesGzip } from './compressed-files.ts';
import { Problem } from './problem.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** What the build puts here has its content's hash in its name. */
const hashedFolder = '/assets/';
const yearSeconds = 31_536_000;
const noncePlaceholder = '__CSP_NONCE__';

export interface StaticFiles {
  serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

export function createStaticFiles(directory: string, nonce: () => string): StaticFiles {
  const compressed = new CompressedFiles();
  return {
    async serve(request, response, { pathname }) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        sendProblem(response, new Problem(405, 'method', 'use GET', undefined, { allow: 'GET, HEAD' }));
        return;
      }
      const isHead = request.method === 'HEAD';
      const kept = takesGzip(request) ? compressed : undefined;
      const file = pathname === '/' ? undefined : await fileAt(directory, pathname);
      if (file !== undefined && extname(file) !== '.html')
        await sendFile(response, file, pathname, isHead, kept);
      else if (file === undefined && namesFile(pathname)) sendProblem(response, missing());
      else await sendPage(response, directory, nonce(), isHead);
    },
  };
}

/** All else is a page that the console itself knows: names of objects in it may have dots. */
function namesFile(pathname: string): boolean {
  return pathname.startsWith(hashedFolder) || /^\/[^/]*\.[^/]*$/.test(pathname);
}

function missing(): Problem {
  return new Problem(404, 'not_found', 'there is no such file');
}

/** Undefined for what is no file of the directory, wherever dots, encodings or links would lead. */
async function fileAt(directory: string, pathname: string): Promise<string | undefined> {
  try {
    const name = decodeURIComponent(pathname);
    if (/[\0\\]/.test(name) || name.split('/').some((segment) => segment.startsWith('.'))) return undefined;
    const root = await realpath(directory);
    const path = await realpath(join(root, name));
    return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

async function sendFile(
  response: ServerResponse,
  path: string,
  pathname: string,
  isHead: boolean,
  compressed: CompressedFiles | undefined,
): Promise<void> {
  const { size } = await stat(path);
  const isHashed = pathname.startsWith(hashedFolder);
  const body = isHashed ? await compressed?.read(path, size) : undefined;
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': mediaTypes[extname(path)] ?? 'application/octet-stream',
    'content-length': body?.length ?? size,
    ...(body !== undefined && { 'content-encoding': 'gzip' }),
    ...(isHashed && { vary: 'accept-encoding' }),
    'cache-control': isHashed ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
    // An image that is opened by itself must not run what is in it.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  if (isHead) response.end();
  else if (body !== undefined) response.end(body);
  else await pipeline(createReadStream(path), response).catch(() => response.destroy());
}

/** Each answer has a nonce of its own: no style that was slipped in has it. */
async function sendPage(
  response: ServerResponse,
  directory: string,
  nonce: string,
  isHead: boolean,
): Promise<void> {
  const page = await readFile(join(directory, 'index.html'), 'utf8').catch(() => undefined);
  if (page === undefined) {
    sendProblem(response, missing());
    return;
  }
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': mediaTypes['.html'],
    'cache-control': 'no-cache',
    'content-security-policy': `default-src 'self'; style-src 'self' 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'`,
  });
  response.end(isHead ? undefined : page.replaceAll(noncePlaceholder, nonce));
}
