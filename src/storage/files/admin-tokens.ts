/** Named admin tokens of one gateway: a file of hashes in the data directory that only this user can read. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AdminTokens, type NamedToken, tokenRoles } from '../admin-tokens.ts';

/** `sha256:` and lower-case hex. */
interface StoredToken extends NamedToken {
  tokenHash: string;
}

const mark = 'sha256:';

/** Throws when the file is there and cannot be read: tokens must not vanish by a damaged file. */
export function openFileAdminTokens(path: string): AdminTokens {
  let tokens = byHash(readStored(path));
  const save = (next: readonly StoredToken[]) => {
    const unfinished = `${path}.new`;
    writeFileSync(unfinished, `${JSON.stringify({ tokens: next }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(unfinished, path);
    tokens = byHash(next);
  };
  const isThere = (name: string) => [...tokens.values()].some((token) => token.name === name);
  return {
    list: () => [...tokens.values()].map(named).sort((a, b) => (a.name < b.name ? -1 : 1)),
    findByHash: (hash) => {
      const found = tokens.get(mark + hash);
      return found && named(found);
    },
    create: (token, hash) => {
      if (isThere(token.name)) return false;
      save([...tokens.values(), { ...token, tokenHash: mark + hash }]);
      return true;
    },
    delete: (name) => {
      if (!isThere(name)) return false;
      save([...tokens.values()].filter((token) => token.name !== name));
      return true;
    },
  };
}

/** What the file holds, for a store that takes them over: each with its hash in lower-case hex. Throws as `openFileAdminTokens`. */
export function tokensInFile(path: string): { token: NamedToken; hash: string }[] {
  return readStored(path).map((stored) => ({
    token: named(stored),
    hash: stored.tokenHash.slice(mark.length),
  }));
}

function named({ tokenHash: _, ...token }: StoredToken): NamedToken {
  return token;
}

/** By hash: what is compared tells nothing of the token. */
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
