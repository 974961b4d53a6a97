/**
 * What data path threads know of VirtualKeys without looking at the disk: that a value is nobody's, and that what they have read of
 * one may be out of date. Written by the thread that stores keys, read by all, of a size that does not grow.
 */

/** Passes through a message. */
export interface KeyMarksHandle {
  /** Of each value, by its first bits: counted up when whoever holds it may be another. The last: whether the filter is complete. */
  versions: SharedArrayBuffer;
  /** A Bloom filter of all values. */
  filter: SharedArrayBuffer;
}

const versionCount = 65_536;
const readyAt = versionCount;
/** One unknown value in 500 looks known. */
const bitsPerKey = 16;
const probes = 4;
const leastKeys = 1 << 16;

export class KeyMarks {
  readonly handle: KeyMarksHandle;
  readonly #versions: Int32Array;
  readonly #filter: Int32Array;

  constructor(handle: KeyMarksHandle) {
    this.handle = handle;
    this.#versions = new Int32Array(handle.versions);
    this.#filter = new Int32Array(handle.filter);
  }

  /** Of what is read after it was asked for: the same later means that nothing has changed. */
  version(hash: Buffer): number {
    return Atomics.load(this.#versions, hash.readUInt16LE(0));
  }

  /** False: it is nobody's. */
  mayBeKnown(hash: Buffer): boolean {
    if (Atomics.load(this.#versions, readyAt) === 0) return true;
    for (let probe = 0; probe < probes; probe++) {
      const bit = this.#bitOf(hash, probe);
      if ((Atomics.load(this.#filter, bit >>> 5) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  add(hash: Buffer): void {
    for (let probe = 0; probe < probes; probe++) {
      const bit = this.#bitOf(hash, probe);
      Atomics.or(this.#filter, bit >>> 5, 1 << (bit & 31));
    }
  }

  /** After it is on disk. */
  changed(hash: Buffer): void {
    this.add(hash);
    Atomics.add(this.#versions, hash.readUInt16LE(0), 1);
  }

  /** All values were added. */
  complete(): void {
    Atomics.store(this.#versions, readyAt, 1);
  }

  /** A hash's own bits are as random as any that could be made of it. */
  #bitOf(hash: Buffer, probe: number): number {
    return hash.readUInt32LE(4 + probe * 4) & (this.#filter.length * 32 - 1);
  }
}

/** With room for twice as many: with more than that, only, more unknown values are looked for on disk. */
export function createKeyMarks(keys: number): KeyMarks {
  let room = leastKeys;
  while (room < keys * 2) room *= 2;
  return new KeyMarks({
    versions: new SharedArrayBuffer((versionCount + 1) * 4),
    filter: new SharedArrayBuffer((room * bitsPerKey) / 8),
  });
}
