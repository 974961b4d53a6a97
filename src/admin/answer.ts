/** How answers leave: JSON never cached, errors in one form, the same security headers on everything. */
import type { ServerResponse } from 'node:http';
import type { Problem } from './problem.ts';
import type { Answer } from './route.ts';

export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Nothing of the API is a page. */
const apiHeaders = {
  ...securityHeaders,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  if ('stream' in answer) {
    for (const [name, value] of Object.entries(apiHeaders)) response.setHeader(name, value);
    await answer.stream(response);
    return;
  }
  if ('text' in answer) {
    response.writeHead(answer.status, {
      ...apiHeaders,
      'content-type': answer.mediaType,
      'content-disposition': `attachment; filename="${answer.fileName}"`,
    });
    response.end(answer.text);
    return;
  }
  if (answer.json === undefined) {
    response.writeHead(answer.status, { ...apiHeaders, ...answer.headers });
    response.end();
    return;
  }
  response.writeHead(answer.status, {
    ...apiHeaders,
    'content-type': 'application/json; charset=utf-8',
    ...answer.headers,
  });
  response.end(JSON.stringify(answer.json));
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    // A download under way can only be broken off.
    response.destroy();
    return;
  }
  const { status, code, message, field, headers } = problem;
  // What was not read of a body must not be taken for the next request.
  const close = status === 413 || status === 415 ? { connection: 'close' } : {};
  response.writeHead(status, {
    ...apiHeaders,
    'content-type': 'application/json; charset=utf-8',
    ...close,
    ...headers,
  });
  response.end(JSON.stringify({ error: { code, message, ...(field === undefined ? {} : { field }) } }));
}
