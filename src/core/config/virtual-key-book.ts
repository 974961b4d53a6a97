/**
 * All VirtualKeys and who holds which value, kept up key by key: what one key changes costs the same however many there are. Of
 * keys with one value the oldest holds it; a value of before a rotation never stands in for one of today.
 */
import type { KubeObject } from '../resources/object.ts';
import { placesOf } from './key-facts.ts';
import type { KeyBook } from './key-faults.ts';
import { olderFirst } from './objects.ts';
import type { SharedKey } from './snapshot.ts';
import {
  entryOf,
  isMoment,
  type KeyReading,
  previousEntryOf,
  type ReadKey,
  readKey,
} from './virtual-key-value.ts';

/** What changed since the last time that somebody asked. */
export interface Touched {
  /** Values that may be another key's now, or nobody's. */
  hashes: Set<string>;
  /** Keys whose status may be another. */
  keys: Set<ReadKey>;
  /** Whether other Gateways than before are opened by keys. */
  opens: boolean;
}

export class VirtualKeyBook implements KeyBook {
  readonly #keys = new Map<string, ReadKey>();
  /** Of today's values, and of those before a rotation. */
  readonly #today = new Claims();
  readonly #before = new Claims();
  /** Namespace, or `namespace/name` of a Gateway that is named → keys that open it. */
  readonly #opened = new Map<string, number>();
  readonly #issued = new Set<string>();
  #touched: Touched = { hashes: new Set(), keys: new Set(), opens: false };

  get size(): number {
    return this.#keys.size;
  }

  put(object: KubeObject, reading: KeyReading): void {
    const key = readKey(object, reading);
    this.#drop(key.id);
    this.#keys.set(key.id, key);
    if (key.spec.issueTo !== undefined) this.#issued.add(key.id);
    this.#claims(key, (claims, hash) => claims.add(hash, key));
    for (const place of placesOf(key)) this.#count(place, 1);
    this.#touch(key);
  }

  /** `namespace/name`. */
  remove(name: string): void {
    this.#drop(`VirtualKey/${name}`);
  }

  get(id: string): ReadKey | undefined {
    return this.#keys.get(id);
  }

  /** Whose values are in Secrets, which may have changed. */
  *issued(): Iterable<KubeObject> {
    for (const id of [...this.#issued]) yield this.#keys.get(id)!.object;
  }

  keys(): Iterable<ReadKey> {
    return this.#keys.values();
  }

  takeTouched(): Touched {
    const touched = this.#touched;
    this.#touched = { hashes: new Set(), keys: new Set(), opens: false };
    return touched;
  }

  opens(namespace: string, gateway: string): boolean {
    return this.#opened.has(namespace) || this.#opened.has(`${namespace}/${gateway}`);
  }

  /** The key in force with this value. */
  find(hash: string): SharedKey | undefined {
    const today = this.#today.of(hash)[0];
    if (today !== undefined) return entryOf(today);
    for (const key of this.#before.of(hash)) {
      const entry = this.#holds(key) ? previousEntryOf(key) : undefined;
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Every value in force. */
  *entries(): Iterable<SharedKey> {
    for (const claims of [this.#today, this.#before]) {
      for (const hash of claims.hashes()) {
        const entry =
          claims === this.#before && this.#today.of(hash).length > 0 ? undefined : this.find(hash);
        if (entry !== undefined) yield entry;
      }
    }
  }

  holderOf(hash: string): string | undefined {
    return this.#today.of(hash)[0]?.id;
  }

  /** Whether the key is in force with its value of today. */
  #holds({ id, hash, spec }: ReadKey): boolean {
    return hash !== undefined && this.#today.of(hash)[0]?.id === id && isMoment(spec.expiresAt);
  }

  #drop(id: string): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    this.#issued.delete(id);
    this.#claims(key, (claims, hash) => claims.remove(hash, id));
    for (const place of placesOf(key)) this.#count(place, -1);
    this.#touch(key);
    this.#touched.keys.delete(key);
  }

  #claims({ hash, previousHash }: ReadKey, change: (claims: Claims, hash: string) => void): void {
    if (hash !== undefined) change(this.#today, hash);
    if (previousHash !== undefined) change(this.#before, previousHash);
  }

  /** The key itself, and whoever has a value in common with it. */
  #touch(key: ReadKey): void {
    this.#touched.keys.add(key);
    for (const hash of [key.hash, key.previousHash]) {
      if (hash === undefined) continue;
      this.#touched.hashes.add(hash);
      for (const claims of [this.#today, this.#before])
        for (const other of claims.of(hash)) {
          this.#touched.keys.add(other);
          for (const own of [other.hash, other.previousHash])
            if (own !== undefined) this.#touched.hashes.add(own);
        }
    }
  }

  #count(place: string, by: 1 | -1): void {
    const count = (this.#opened.get(place) ?? 0) + by;
    if (count === 0) this.#opened.delete(place);
    else this.#opened.set(place, count);
    if (count === 0 || (count === 1 && by === 1)) this.#touched.opens = true;
  }
}

/** Value → the keys that have it, oldest first: nearly always one. */
class Claims {
  readonly #of = new Map<string, ReadKey | ReadKey[]>();

  of(hash: string): readonly ReadKey[] {
    const found = this.#of.get(hash);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  hashes(): Iterable<string> {
    return this.#of.keys();
  }

  add(hash: string, key: ReadKey): void {
    const before = this.of(hash);
    const all = [...before, key].sort((a, b) => olderFirst(a.object, b.object));
    this.#of.set(hash, before.length === 0 ? key : all);
  }

  remove(hash: string, id: string): void {
    const left = this.of(hash).filter((key) => key.id !== id);
    if (left.length === 0) this.#of.delete(hash);
    else this.#of.set(hash, left.length === 1 ? left[0]! : left);
  }
}
