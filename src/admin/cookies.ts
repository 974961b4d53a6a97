/** Cookies of the console: read from a request, and written with what keeps them to it. */
import type { IncomingMessage } from 'node:http';
import type { AdminContext } from './context.ts';

export function readCookie(header: string | undefined, name: string): string {
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return '';
}

interface Cookie {
  name: string;
  value: string;
  path: string;
  sameSite: 'Strict' | 'Lax';
  /** 0 takes it away. */
  maxAgeSeconds: number;
}

/** `Secure` where the browser came by TLS, which then ends in front of the gateway. */
export function cookieText(
  { consoleUrl }: Pick<AdminContext, 'consoleUrl'>,
  { headers: { host } }: IncomingMessage,
  { name, value, path, sameSite, maxAgeSeconds }: Cookie,
): string {
  const isSecure = consoleUrl?.startsWith('https:') && new URL(consoleUrl).host === host;
  const attributes = `Path=${path}; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`;
  return `${name}=${value}; ${attributes}; Max-Age=${maxAgeSeconds}`;
}

/** Where browsers find the console: as configured, or under the name that was asked for, which the server has checked. */
export function consoleOrigin(
  { consoleUrl }: Pick<AdminContext, 'consoleUrl'>,
  { headers: { host } }: IncomingMessage,
): string {
  return consoleUrl === undefined ? `http://${host}` : new URL(consoleUrl).origin;
}

/** Characters: it has to fit into a cookie. */
const longestPage = 1_000;
const controls = /[\0-\x20\\\x7f]/;

/** A page of the console to go to after the login: whatever leads elsewhere, or is no page, becomes the start page. */
export function ownPage(path: string | null): string {
  const base = 'http://console.invalid';
  if (path === null || path.length > longestPage || !path.startsWith('/') || controls.test(path)) return '/';
  const url = URL.parse(path, base);
  if (
    url === null ||
    url.origin !== base ||
    url.pathname.startsWith('//') ||
    url.pathname.startsWith('/api/')
  )
    return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}
