/** Named admin tokens of one gateway: a file of hashes in the data directory that only this user can read. */
import { type AdminTokens, type NamedToken, tokenRoles } from '../admin-tokens.ts';
import { readNamedList, writeNamedList } from './named-list.ts';

/** `sha256:` and lower-case hex. */
interface StoredToken extends NamedToken {
  tokenHash: string;
}

const mark = 'sha256:';

const fileAt = (path: string) => ({ path, member: 'tokens', isWhole: isToken });

/** Throws as `readNamedList`. */
export function openFileAdminTokens(path: string): AdminTokens {
  const file = fileAt(path);
  let tokens = byHash(readNamedList(file));
  const save = (next: readonly StoredToken[]) => {
    writeNamedList(file, next);
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
  return readNamedList(fileAt(path)).map((stored) => ({
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

function isToken({ name, role, team, tokenHash }: StoredToken): boolean {
  const known =
    typeof name === 'string' && tokenRoles.includes(role) && /^sha256:[0-9a-f]{64}$/.test(tokenHash);
  return known && (role === 'owner') === (typeof team === 'string' && team !== '');
}
