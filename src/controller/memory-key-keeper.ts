/** Keeps a book of VirtualKeys that are all in memory up with their source. */

import { nameOf } from '../core/config/objects.ts';
import type { SharedKey } from '../core/config/snapshot.ts';
import type { StatusWrite } from '../core/config/status-write.ts';
import { VirtualKeyBook } from '../core/config/virtual-key-book.ts';
import type { KeyReading, ReadKey } from '../core/config/virtual-key-value.ts';
import type { Condition, KubeObject } from '../core/resources/object.ts';
import type { KindChange, ResourceSource } from '../storage/resource-source.ts';
import type { KeyChange, KeyKeeper } from './key-keeper.ts';
import { readingOf } from './key-reading.ts';

const virtualKey = { group: 'tollgate.dev', kind: 'VirtualKey' };

export class MemoryKeyKeeper implements KeyKeeper {
  readonly book = new VirtualKeyBook();
  readonly #source: Pick<ResourceSource, 'get' | 'list'>;
  readonly #sha256: KeyReading['sha256'];
  /** What the source told since; undefined: everything has to be looked at. */
  #pending: Map<string, KubeObject | undefined> | undefined;
  readonly #hashes = new Set<string>();
  /** Names of keys whose statuses are to be told. */
  readonly #told = new Set<string>();
  readonly #refused = new Map<string, StatusWrite>();
  #gateways: string | undefined;
  /** Since the last that were collected. */
  #removed = true;

  constructor(source: Pick<ResourceSource, 'get' | 'list'>, sha256: KeyReading['sha256']) {
    this.#source = source;
    this.#sha256 = sha256;
  }

  note({ objects }: KindChange): void {
    if (objects === undefined) this.#pending = undefined;
    else for (const [name, object] of objects) this.#pending?.set(name, object);
  }

  takeIn(): boolean {
    const reading = readingOf(this.#source, this.#sha256);
    for (const [name, object] of this.#pending ?? this.#differences()) {
      if (object !== undefined) this.book.put(object, reading);
      else {
        this.book.remove(name);
        this.#removed = true;
      }
    }
    this.#pending = new Map();
    return this.#collectTouched();
  }

  readIssued(): void {
    const reading = readingOf(this.#source, this.#sha256);
    for (const object of this.book.issued()) this.book.put(object, reading);
  }

  find(sha256: string): SharedKey | undefined {
    return this.book.find(sha256);
  }

  changes(): KeyChange[] {
    this.#collectTouched();
    return [...this.#hashes].map((sha256) => ({ sha256, key: this.book.find(sha256) }));
  }

  published(changes: readonly KeyChange[]): void {
    for (const { sha256 } of changes) this.#hashes.delete(sha256);
  }

  gatewaysAre(names: readonly string[]): void {
    const now = [...names].sort().join();
    if (now !== this.#gateways) for (const { id } of this.book.keys()) this.#told.add(id);
    this.#gateways = now;
  }

  toTell(): ReadKey[] {
    this.#collectTouched();
    return [...this.#told].flatMap((id) => {
      const key = this.book.get(id);
      const { namespace, name } = key?.object.metadata ?? { name: '' };
      // What was told of it since is no news to the book.
      const object = this.#source.get({ ...virtualKey, ...(namespace !== undefined && { namespace }), name });
      return key !== undefined && object !== undefined ? [{ ...key, object }] : [];
    });
  }

  told(keys: readonly ReadKey[]): void {
    for (const { id } of keys) this.#told.delete(id);
  }

  hasMore(): boolean {
    return false;
  }

  outcome(told: readonly StatusWrite[]): StatusWrite[] {
    for (const write of told) {
      const id = nameOf(write.object);
      if (isAccepted(write.status)) this.#refused.delete(id);
      else this.#refused.set(id, write);
    }
    for (const id of this.#refused.keys())
      if (this.book.get(`VirtualKey/${id}`) === undefined) this.#refused.delete(id);
    return [...told.slice(0, 1), ...this.#refused.values()];
  }

  takeRemoved(): boolean {
    const removed = this.#removed;
    this.#removed = false;
    return removed;
  }

  #collectTouched(): boolean {
    const { hashes, keys, opens } = this.book.takeTouched();
    for (const hash of hashes) this.#hashes.add(hash);
    for (const { id } of keys) this.#told.add(id);
    return opens;
  }

  /** Between the source and the book. Objects are never changed: another one is another object. */
  *#differences(): Iterable<[name: string, object: KubeObject | undefined]> {
    const gone = new Set([...this.book.keys()].map(({ id }) => id));
    for (const object of this.#source.list('tollgate.dev', 'VirtualKey')) {
      const id = `VirtualKey/${nameOf(object)}`;
      gone.delete(id);
      if (this.book.get(id)?.object !== object) yield [nameOf(object), object];
    }
    for (const id of gone) yield [id.slice('VirtualKey/'.length), undefined];
  }
}

function isAccepted({ conditions }: Record<string, unknown>): boolean {
  return (conditions as Condition[]).every(({ status }) => status === 'True');
}
