/**
 * Who holds a value, out of the tables of VirtualKeys: of keys with one value the oldest; a value of before a rotation never stands
 * in for one of today. As `VirtualKeyBook` tells it of keys in memory.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { SharedKey } from '../../core/config/snapshot.ts';
import { untilGraceEnds } from '../../core/config/virtual-key-value.ts';

interface Claim {
  id: number;
  namespace: string;
  name: string;
  created: string;
  hash: Uint8Array | null;
  /** Null: it can not be in force. */
  entry: string | null;
  /** Of the value before; null when that is no moment. */
  grace: number | null;
}

const columns = 'id, namespace, name, created, hash, entry, grace';

export class VirtualKeyClaims {
  readonly #today;
  readonly #before;

  constructor(database: DatabaseSync) {
    this.#today = database.prepare(`SELECT ${columns} FROM virtual_key WHERE hash = ?`);
    this.#before = database.prepare(`SELECT ${columns} FROM virtual_key WHERE previous = ?`);
  }

  /** Id of the key that has the value today, in force or not. */
  holderOf(sha256: string): string | undefined {
    const holder = this.#holder(Buffer.from(sha256, 'hex'));
    return holder && `VirtualKey/${holder.namespace}/${holder.name}`;
  }

  /** The key in force with this value. */
  inForce(hash: Buffer): SharedKey | undefined {
    const holder = this.#holder(hash);
    if (holder !== undefined) return entryOf(holder);
    const before = (this.#before.all(hash) as unknown as Claim[]).sort(olderFirst);
    for (const claim of before) {
      const entry = entryOf(claim);
      if (entry === undefined || claim.grace === null || claim.hash === null) continue;
      if (this.#holder(claim.hash)?.id !== claim.id) continue;
      return untilGraceEnds(entry, hash.toString('hex'), claim.grace);
    }
    return undefined;
  }

  #holder(hash: Uint8Array): Claim | undefined {
    const claims = this.#today.all(hash) as unknown as Claim[];
    return claims.length > 1 ? claims.sort(olderFirst)[0] : claims[0];
  }
}

function entryOf({ entry }: Claim): SharedKey | undefined {
  return entry === null ? undefined : (JSON.parse(entry) as SharedKey);
}

function olderFirst(a: Claim, b: Claim): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1;
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}
