/** Named admin tokens with a role: a file of hashes in the data directory that only this user can read. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './same-secret.ts';

export const tokenRoles = ['admin', 'viewer', 'owner'] as const;

export interface NamedToken {
  name: string;
  role: (typeof tokenRoles)[number];
  /** Of an owner. */
  team?: string;
  /** RFC 3339. */
  createdAt: string;
}

/** `sha256:` and lower-case hex. */
interface StoredToken extends NamedToken {
  tokenHash: string;
}

const mark = 'tga_';

export class TokenStore {
  readonly #path: string;
  readonly #randomBytes: (count: number) => Uint8Array;
  /** By hash: what is compared tells nothing of the token. */
  #tokens: ReadonlyMap<string, StoredToken>;

  /** Throws when the file is there and cannot be read: tokens must not vanish by a damaged file. */
  constructor(dataDir: string, randomBytes: (count: number) => Uint8Array) {
    this.#path = join(dataDir, 'admin-tokens.json');
    this.#randomBytes = randomBytes;
    this.#tokens = byHash(readStored(this.#path));
  }

  list(): NamedToken[] {
    return [...this.#tokens.values()]
      .map(({ tokenHash: _, ...token }) => token)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): NamedToken | undefined {
    return this.list().find((token) => token.name === name);
  }

  /** `hash`: lower-case hex SHA-256 of what was sent. */
  findByHash(hash: string): NamedToken | undefined {
    return this.#tokens.get(`sha256:${hash}`);
  }

  /** The value is returned this once and kept nowhere. The name must be free. */
  create(token: NamedToken): string {
    const value = mark + Buffer.from(this.#randomBytes(32)).toString('base64url');
    this.#save([...this.#tokens.values(), { ...token, tokenHash: `sha256:${sha256(value)}` }]);
    return value;
  }

  delete(name: string): void {
    this.#save([...this.#tokens.values()].filter((token) => token.name !== name));
  }

  #save(tokens: readonly StoredToken[]): void {
    const unfinished = `${this.#path}.new`;
    writeFileSync(unfinished, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(unfinished, this.#path);
    this.#tokens = byHash(tokens);
  }
}

function byHash(tokens: readonly StoredToken[]): ReadonlyMap<string, StoredToken> {
  return new Map(tokens.map((token) => [token.tokenHash, token]));
}

function readStored(path: string): StoredToken[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const { tokens } = JSON.parse(text) as { tokens: StoredToken[] };
    if (tokens.every(isToken)) return tokens;
  } catch {
    // Told below, without what is in it.
  }
  throw new Error(`${path} is damaged: put it back from a copy, or remove it and make the tokens anew`);
}

function isToken({ name, role, team, tokenHash }: StoredToken): boolean {
  const known =
    typeof name === 'string' && tokenRoles.includes(role) && /^sha256:[0-9a-f]{64}$/.test(tokenHash);
  return known && (role === 'owner') === (typeof team === 'string' && team !== '');
}
