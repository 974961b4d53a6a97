/** Passwords at rest: scrypt with a salt each, 32 MiB and some 100 ms of one core; a few at once, so that nobody can fill the memory. */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

/** Characters. */
export const minPassword = 12;
export const maxPassword = 256;

const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const bytes = 32;
const atOnce = 2;
const maxWaiting = 16;

/** `scrypt$N$r$p$salt$hash`, base64url. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const hash = await derive(password, salt, cost);
  const parts = [cost.N, cost.r, cost.p, Buffer.from(salt).toString('base64url'), hash.toString('base64url')];
  return ['scrypt', ...parts].join('$');
}

/** As long for what is no hash: whether somebody is known is not to be heard from the time. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] =
    /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored ?? '') ?? [];
  const options = salt === '' ? cost : { ...cost, N: Number(N), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt || 'nobody', 'base64url'), options);
  const wanted = Buffer.from(hash, 'base64url');
  return wanted.length === bytes && timingSafeEqual(found, wanted);
}

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  await turn();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // The same characters in whatever way a keyboard composed them.
      scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

async function turn(): Promise<void> {
  if (running >= atOnce) {
    if (waiting.length >= maxWaiting)
      throw new Problem(429, 'too_many_logins', 'too many logins at once: try again', undefined, {
        'retry-after': '1',
      });
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  running += 1;
}
