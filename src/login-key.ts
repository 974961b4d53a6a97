/** The key under which a browser keeps what belongs to a login under way: gateways that share the key of Secrets share it too. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where there is no such key (a real cluster keeps the Secrets), it is this process's alone. */
export function loginKey(dataDir: string, env: NodeJS.ProcessEnv): Uint8Array {
  const path = env['TOLLGATE_ENCRYPTION_KEY_FILE'] || join(dataDir, 'encryption.key');
  if (!existsSync(path)) return randomBytes(32);
  return new Uint8Array(hkdfSync('sha256', readFileSync(path), '', 'tollgate login under way', 32));
}
