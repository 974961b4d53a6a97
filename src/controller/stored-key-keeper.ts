/** VirtualKeys that a store keeps on disk: it knows by itself what is in force, and whose statuses are to be told. */

import { readStoredKey } from '../core/config/key-facts.ts';
import type { SharedKey } from '../core/config/snapshot.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import { type KeyReading, type ReadKey, readKey } from '../core/config/virtual-key-value.ts';
import type { KindChange, ResourceSource } from '../storage/resource-source.ts';
import type { StoredKeys, UntoldKey } from '../storage/stored-keys.ts';
import type { KeyChange, KeyKeeper } from './key-keeper.ts';
import { readingOf } from './key-reading.ts';

/** Told in one go; others may run in between. */
const portion = 200;
/** Refused keys that are told of beside the rest of the configuration. */
const shown = 1_000;

export class StoredKeyKeeper implements KeyKeeper {
  readonly book: StoredKeys;
  readonly #source: Pick<ResourceSource, 'list'>;
  readonly #sha256: KeyReading['sha256'];
  #untold = new Map<string, UntoldKey>();
  #removed = true;

  constructor(keys: StoredKeys, source: Pick<ResourceSource, 'list'>, sha256: KeyReading['sha256']) {
    this.book = keys;
    this.#source = source;
    this.#sha256 = sha256;
  }

  note({ objects }: KindChange): void {
    for (const object of objects?.values() ?? [undefined]) this.#removed ||= object === undefined;
  }

  takeIn(): boolean {
    return this.book.takeOpensOthers();
  }

  /** What the status says of a value that is in a Secret is what is in force. */
  readIssued(): void {
    const reading = readingOf(this.#source, this.#sha256);
    for (const object of this.book.issued()) {
      const [stored, read] = [readStoredKey(object), readKey(object, reading)];
      const isTold = stored.hash === read.hash && stored.spec.display === read.spec.display;
      const { namespace, name } = object.metadata;
      if (!isTold || read.hash === undefined) this.book.untell({ namespace: namespace!, name });
    }
  }

  /** The data path reads what is stored. */
  changes(): KeyChange[] {
    return [];
  }

  published(): void {}

  find(sha256: string): SharedKey | undefined {
    return this.book.inForce(sha256);
  }

  gatewaysAre(names: readonly string[]): void {
    this.book.gatewaysAre(names);
  }

  toTell(): ReadKey[] {
    const untold = this.book.untold(portion);
    const reading = readingOf(this.#source, this.#sha256);
    const keys = untold.map(({ object }) => readKey(object, reading));
    this.#untold = new Map(untold.map((one, index) => [keys[index]!.id, one]));
    return keys;
  }

  told(keys: readonly ReadKey[]): void {
    this.book.told(keys.flatMap(({ id }) => this.#untold.get(id) ?? []));
  }

  hasMore(): boolean {
    return this.book.untold(1).length > 0;
  }

  outcome(): StatusWrite[] {
    const objects = [...this.book.page({ limit: 1 }), ...this.book.refused(shown)];
    return objects.map((object) => ({ object, status: (object['status'] ?? {}) as Record<string, unknown> }));
  }

  takeRemoved(): boolean {
    const removed = this.#removed;
    this.#removed = false;
    return removed;
  }
}
