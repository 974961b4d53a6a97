/** The token of the data directory: whoever can read the file administers the gateway. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Made once and kept in a file that only this user can read. */
export function adminToken(dataDir: string, randomBytes: (count: number) => Uint8Array): string {
  const path = join(dataDir, 'admin-token');
  if (!existsSync(path))
    writeFileSync(path, `${Buffer.from(randomBytes(32)).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(path, 'utf8').trim();
}
