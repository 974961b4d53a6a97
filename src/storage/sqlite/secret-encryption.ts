/** AES-256-GCM for what is secret at rest, with the key in a file that only its owner can read. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

export interface SecretCipher {
  /** `context` is authenticated, not stored: a sealed value moved to another place does not open. */
  seal(plain: string, context: string): Uint8Array;
  /** Throws when the key is another one or a byte was changed. */
  open(sealed: Uint8Array, context: string): string;
}

/**
 * Reads the key file. A missing file is made with a new key only when `mayCreate`: a store that already holds sealed values
 * must never get a second key silently. Throws with what to do when the file is not a key.
 */
export function openSecretCipher(path: string, mayCreate: boolean): SecretCipher {
  return cipherOf(readKey(path) ?? (mayCreate ? createKey(path) : missingKey(path)));
}

function cipherOf(key: Buffer): SecretCipher {
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

function readKey(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const match = /^([0-9a-f]{64})\n?$/.exec(text);
  if (match === null) {
    throw new Error(
      `${path} is not an encryption key (64 hexadecimal digits): put the right file back, or start with a new data directory`,
    );
  }
  chmodSync(path, 0o600);
  return Buffer.from(match[1]!, 'hex');
}

/** On disk before first use: a key lost in a power cut would take every Secret with it. */
function createKey(path: string): Buffer {
  const key = randomBytes(32);
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, `${key.toString('hex')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return key;
}

function missingKey(path: string): never {
  throw new Error(
    `${path} is missing, and the Secrets in this data directory cannot be read without it: put it back, or start with a new data directory`,
  );
}
