/** Keeps the book of VirtualKeys up with the source, and hands on what changed: to the data path, and to whoever tells statuses. */
import { nameOf } from '../core/config/objects.ts';
import type { SharedKey } from '../core/config/snapshot.ts';
import { VirtualKeyBook } from '../core/config/virtual-key-book.ts';
import type { KeyReading, ReadKey } from '../core/config/virtual-key-value.ts';
import type { KubeObject } from '../core/resources/object.ts';
import type { KindChange, ResourceSource } from '../storage/resource-source.ts';

const virtualKey = { group: 'tollgate.dev', kind: 'VirtualKey' };

export const isVirtualKey = ({ group, kind }: KindChange) =>
  group === virtualKey.group && kind === virtualKey.kind;

export interface KeyChange {
  sha256: string;
  /** Absent: nobody's any more. */
  key: SharedKey | undefined;
}

export class KeyKeeper {
  readonly book = new VirtualKeyBook();
  readonly #source: Pick<ResourceSource, 'get' | 'list'>;
  readonly #sha256: KeyReading['sha256'];
  /** What the source told since; undefined: everything has to be looked at. */
  #pending: Map<string, KubeObject | undefined> | undefined;
  readonly #hashes = new Set<string>();
  /** Names of keys whose statuses are to be told. */
  readonly #told = new Set<string>();
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

  /** Takes in what changed. True when other Gateways than before are opened by keys now: they have to be compiled. */
  takeIn(): boolean {
    const secrets = new Map<string, KubeObject | undefined>();
    const reading: KeyReading = {
      sha256: this.#sha256,
      secret: (namespace, name) => {
        if (secrets.size === 0)
          for (const secret of this.#source.list('', 'Secret')) secrets.set(nameOf(secret), secret);
        return secrets.get(`${namespace}/${name}`);
      },
    };
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

  /** Values whose holder may be another; kept until `published`. */
  changes(): KeyChange[] {
    this.#collectTouched();
    return [...this.#hashes].map((sha256) => ({ sha256, key: this.book.find(sha256) }));
  }

  published(changes: readonly KeyChange[]): void {
    for (const { sha256 } of changes) this.#hashes.delete(sha256);
  }

  /** Keys whose statuses may be others; kept until `told`. */
  *toTell(): Iterable<ReadKey> {
    this.#collectTouched();
    for (const id of this.#told) {
      const key = this.book.get(id);
      const { namespace, name } = key?.object.metadata ?? { name: '' };
      // What was told of it since is no news to the book.
      const object = this.#source.get({ ...virtualKey, ...(namespace !== undefined && { namespace }), name });
      if (key !== undefined && object !== undefined) yield { ...key, object };
    }
  }

  tellAll(): void {
    for (const { id } of this.book.keys()) this.#told.add(id);
  }

  told(keys: Iterable<{ object: KubeObject }>): void {
    for (const { object } of keys) this.#told.delete(`VirtualKey/${nameOf(object)}`);
  }

  /** Whether keys were removed since the last time it was asked. */
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
