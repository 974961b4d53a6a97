/**
 * VirtualKeys in shared memory: a hash table of where each key's text lies, and the texts, as JSON, which a thread reads when the key
 * is used. One thread writes; readers wait for nobody: a text is never changed once its place is told.
 */
import type { SharedKey } from '../../core/config/snapshot.ts';
import type { SharedKeyChange, SharedKeys } from '../shared-keys.ts';

/** What a thread needs to read; passes through a message. */
export interface SharedKeysHandle {
  /** 0: empty, -1: was taken, else where the text begins, in units of 8 bytes. */
  slots: SharedArrayBuffer;
  /** Each: 32 bytes of hash, the JSON's length as 32 bits, the JSON. */
  texts: SharedArrayBuffer;
}

const empty = 0;
const taken = -1;
const hashBytes = 32;
const headBytes = hashBytes + 4;
const unit = 8;
const leastSlots = 1_024;
const leastBytes = 64 * 1_024;
/** Keys that a thread keeps read. */
const keptKeys = 20_000;

/** The two views of a handle, and the look-up that writer and readers have in common. */
class Table {
  readonly handle: SharedKeysHandle;
  readonly slots: Int32Array;
  readonly bytes: Buffer;

  constructor(handle: SharedKeysHandle) {
    this.handle = handle;
    this.slots = new Int32Array(handle.slots);
    this.bytes = Buffer.from(handle.texts);
  }

  /** Index of the slot that has the hash; of an empty one, as -1 - index, when none has. */
  slotOf(hash: Buffer): number {
    const mask = this.slots.length - 1;
    for (let at = hash.readUInt32LE(0) & mask; ; at = (at + 1) & mask) {
      const place = Atomics.load(this.slots, at);
      if (place === empty) return -1 - at;
      if (place === taken) continue;
      const start = place * unit;
      if (this.bytes.compare(hash, 0, hashBytes, start, start + hashBytes) === 0) return at;
    }
  }

  text(place: number): string {
    const start = place * unit + headBytes;
    return this.bytes.toString('utf8', start, start + this.length(place));
  }

  length(place: number): number {
    return this.bytes.readUInt32LE(place * unit + hashBytes);
  }
}

export class SharedKeyReader implements SharedKeys {
  #table: Table;
  /** Of this table: texts do not change, places do. */
  #read = new Map<string, { place: number; key: SharedKey }>();

  constructor(handle: SharedKeysHandle) {
    this.#table = new Table(handle);
  }

  use(handle: SharedKeysHandle): void {
    this.#table = new Table(handle);
    this.#read.clear();
  }

  find(sha256: string): SharedKey | undefined {
    const slot = this.#table.slotOf(Buffer.from(sha256, 'hex'));
    if (slot < 0) return undefined;
    const place = Atomics.load(this.#table.slots, slot);
    const known = this.#read.get(sha256);
    if (known?.place === place) return known.key;
    // Taken between both looks.
    if (place === taken) return undefined;
    const key = { ...(JSON.parse(this.#table.text(place)) as SharedKey), sha256 };
    if (this.#read.size >= keptKeys) this.#read.clear();
    this.#read.set(sha256, { place, key });
    return key;
  }
}

export class SharedKeyWriter {
  #table = newTable(leastSlots, leastBytes);
  /** Slots that are not empty, those that were taken among them. */
  #used = 0;
  #keys = 0;
  #end = unit;
  /** Bytes of texts that nobody reads any more. */
  #waste = 0;

  get handle(): SharedKeysHandle {
    return this.#table.handle;
  }

  get size(): number {
    return this.#keys;
  }

  /** True when the handle is another one now, which readers have to be given. */
  apply(changes: Iterable<SharedKeyChange>): boolean {
    const before = this.#table;
    for (const { sha256, key } of changes) {
      const hash = Buffer.from(sha256, 'hex');
      if (key === undefined) this.#remove(hash);
      else this.#put(hash, textOf(key));
    }
    return this.#table !== before;
  }

  #put(hash: Buffer, text: Buffer): void {
    this.#makeRoom(spaceOf(text.length));
    const { slots, bytes } = this.#table;
    const place = this.#end / unit;
    hash.copy(bytes, this.#end);
    bytes.writeUInt32LE(text.length, this.#end + hashBytes);
    text.copy(bytes, this.#end + headBytes);
    this.#end += spaceOf(text.length);
    const slot = this.#table.slotOf(hash);
    if (slot >= 0) this.#waste += spaceOf(this.#table.length(slots[slot]!));
    else {
      this.#used++;
      this.#keys++;
    }
    Atomics.store(slots, slot >= 0 ? slot : -1 - slot, place);
  }

  #remove(hash: Buffer): void {
    const slot = this.#table.slotOf(hash);
    if (slot < 0) return;
    const { slots } = this.#table;
    this.#waste += spaceOf(this.#table.length(slots[slot]!));
    this.#keys--;
    Atomics.store(slots, slot, taken);
  }

  /** At most half of the slots are used, and the texts' memory is doubled, or rid of what nobody reads, when it is full. */
  #makeRoom(space: number): void {
    const { slots, bytes } = this.#table;
    if (this.#end + space <= bytes.length && (this.#used + 1) * 2 <= slots.length) return;
    const live = this.#end - this.#waste + space;
    this.#rebuild(powerOfTwo((this.#keys + 1) * 3, leastSlots), powerOfTwo(live * 1.25, leastBytes));
  }

  #rebuild(slotCount: number, byteCount: number): void {
    const before = this.#table;
    const table = newTable(slotCount, byteCount);
    this.#end = unit;
    for (const place of before.slots) {
      if (place === empty || place === taken) continue;
      const start = place * unit;
      const space = spaceOf(before.length(place));
      before.bytes.copy(table.bytes, this.#end, start, start + space);
      const slot = table.slotOf(table.bytes.subarray(this.#end, this.#end + hashBytes));
      table.slots[-1 - slot] = this.#end / unit;
      this.#end += space;
    }
    this.#table = table;
    this.#used = this.#keys;
    this.#waste = 0;
  }
}

function newTable(slots: number, bytes: number): Table {
  return new Table({ slots: new SharedArrayBuffer(slots * 4), texts: new SharedArrayBuffer(bytes) });
}

/** The hash is beside it. */
function textOf({ sha256: _, ...key }: SharedKey): Buffer {
  return Buffer.from(JSON.stringify(key));
}

function spaceOf(length: number): number {
  return Math.ceil((headBytes + length) / unit) * unit;
}

function powerOfTwo(least: number, floor: number): number {
  let size = floor;
  while (size < least) size *= 2;
  return size;
}
