/** Who may come in: the bearer token, and only under a name this server answers to (DNS rebinding). */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Digests are compared, so the time taken tells nothing of the token, not even its length. */
export function createTokenCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const match = /^bearer +(\S+)$/i.exec(authorization ?? '');
    return match !== null && timingSafeEqual(digest(match[1]!), expected);
  };
}

/** A page that a browser was lured to reaches loopback under its own host name: any name but ours is refused. */
export function createHostCheck(names: readonly string[]): (host: string | undefined) => boolean {
  const allowed = new Set(names.map((name) => (name.includes(':') ? `[${name}]` : name).toLowerCase()));
  return (host) => {
    const name = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(host ?? '')?.[1];
    return name !== undefined && allowed.has(name.toLowerCase());
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
