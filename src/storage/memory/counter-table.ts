/**
 * A hash table of counters in shared memory, exact across threads: every call holds one spin lock for a bounded, short
 * time (about 1 µs), so that all its increments move in one atomic step.
 *
 * Layout of the SharedArrayBuffer:
 *   header   Int32[16]: lock, generation, slots used, layout, journal writers of even and of odd generations, slots of rate
 *            limits, of those the ones that peers made
 *   slots    capacity × (Float64 value, Float64 windowEnd, Float64 windowStart, Int32 keyLength, key bytes padded, Int32 maker)
 *   taken    capacity × Uint8: 1 where there is a counter, so that who wants them all looks at these bytes instead of every slot
 * Open addressing with linear probing; a slot is freed only by rebuilding (ended windows are dropped then).
 *
 * Whoever names counters could fill the table, so each kind has its bound: what peers of the rate limit service make leaves room
 * for the gateway's own rate limits, and all rate limits together leave room for budgets.
 */
import { heldPrefix, usedPrefix } from '../../core/budget/counter-keys.ts';

/** Longest key in bytes; longer ones keep a readable head and are told apart by their hash (the caller shortens them). */
export const maxKeyBytes = 232;
const slotBytes = 24 + 4 + maxKeyBytes + 4;
const headerBytes = 64;
const lockAt = 0;
const generationAt = 1;
const usedAt = 2;
const layoutAt = 3;
const writersAt = 4;
const rateLimitsAt = 6;
const peersAt = 7;
const makerAt = 28 + maxKeyBytes;

/** More than this share of slots used makes probes long; a full table refuses instead of miscounting. */
const maxLoad = 0.75;

/** Shares of the capacity. After a restart nobody knows any more which rate limits were made by peers: they are the gateway's. */
const peersShare = 1 / 4;
const rateLimitsWithPeersShare = 7 / 16;
const rateLimitsShare = 1 / 2;

/**
 * For whom a slot is taken; those of budgets are known by their names. `unbounded` has no bound but the table's size: what an
 * earlier process has counted, and tables of one kind.
 */
export type SlotMaker = 'gateway' | 'peer' | 'unbounded';

export interface SlotValue {
  key: string;
  windowStart: number;
  windowSeconds: number;
  value: number;
  /** Absent: the gateway. */
  maker?: SlotMaker;
}

export class CounterTableFull extends Error {
  override readonly name = 'CounterTableFull';
}

export class CounterTable {
  readonly buffer: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #numbers: DataView;
  readonly #bytes: Uint8Array;
  readonly #taken: Uint8Array;
  readonly #capacity: number;
  readonly #encoder = new TextEncoder();
  readonly #key = new Uint8Array(maxKeyBytes);
  #bounded = true;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#header = new Int32Array(buffer, 0, headerBytes / 4);
    this.#numbers = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#capacity = Math.floor((buffer.byteLength - headerBytes) / (slotBytes + 1));
    this.#taken = new Uint8Array(buffer, headerBytes + this.#capacity * slotBytes, this.#capacity);
  }

  static create(capacity: number): CounterTable {
    return new CounterTable(new SharedArrayBuffer(headerBytes + capacity * (slotBytes + 1)));
  }

  get generation(): number {
    return Atomics.load(this.#header, generationAt);
  }

  set generation(value: number) {
    Atomics.store(this.#header, generationAt, value);
  }

  /** Runs `critical` with the table to itself. The critical section must not wait, throw late, or call back in. */
  locked<T>(critical: () => T): T {
    while (Atomics.compareExchange(this.#header, lockAt, 0, 1) !== 0);
    try {
      return critical();
    } finally {
      Atomics.store(this.#header, lockAt, 0);
    }
  }

  /** Call with the lock held; `writerDone` after the journal line is written. */
  writerBegins(): number {
    const { generation } = this;
    Atomics.add(this.#header, writersAt + (generation & 1), 1);
    return generation;
  }

  writerDone(generation: number): void {
    Atomics.sub(this.#header, writersAt + (generation & 1), 1);
  }

  /** True while a thread has counted under this generation (or one two away) and not yet written its journal line. */
  hasWriters(generation: number): boolean {
    return Atomics.load(this.#header, writersAt + (generation & 1)) > 0;
  }

  /** Call with the lock held. A slot's place is good as long as this stays the same. */
  get layout(): number {
    return this.#header[layoutAt]!;
  }

  /** Call with the lock held. The counter's slot; below 0 when there is none, and `make` does not ask for one. */
  slotOf(key: string, windowStart: number, windowSeconds: number, make: boolean | SlotMaker): number {
    const maker = typeof make === 'string' ? make : make ? 'gateway' : undefined;
    return this.#find(key, windowStart, windowSeconds, maker);
  }

  /** Call with the lock held. 0 when there is no such counter; makes none. */
  read(key: string, windowStart: number, windowSeconds: number): number {
    return this.valueAt(this.#find(key, windowStart, windowSeconds, undefined));
  }

  /** Call with the lock held. 0 where there is no slot. */
  valueAt(slot: number): number {
    return slot < 0 ? 0 : this.#numbers.getFloat64(slot, true);
  }

  /** Call with the lock held. Adds, stops at zero from below, and returns the value after. */
  addAt(slot: number, amount: number): number {
    const value = Math.max(0, this.#numbers.getFloat64(slot, true) + amount);
    this.#numbers.setFloat64(slot, value, true);
    return value;
  }

  /** Call with the lock held. As `addAt`; makes the counter where there is none. */
  add(
    key: string,
    windowStart: number,
    windowSeconds: number,
    amount: number,
    maker: SlotMaker = 'gateway',
  ): number {
    return this.addAt(this.#find(key, windowStart, windowSeconds, maker), amount);
  }

  /** Call with the lock held. The value of every slot at this moment, NaN where there is no counter. */
  values(): Float64Array {
    const values = new Float64Array(this.#capacity).fill(Number.NaN);
    for (let index = this.#taken.indexOf(1); index >= 0; index = this.#taken.indexOf(1, index + 1))
      values[index] = this.#numbers.getFloat64(headerBytes + index * slotBytes, true);
    return values;
  }

  /**
   * The counters of `values` whose key begins with `prefix`, ended windows included. Needs no lock, as names never change while
   * a slot is taken; only the thread that rebuilds may ask.
   */
  *entries(values: Float64Array, prefix = ''): Generator<SlotValue> {
    const decoder = new TextDecoder();
    const wanted = this.#encoder.encode(prefix);
    for (let index = this.#taken.indexOf(1); index >= 0; index = this.#taken.indexOf(1, index + 1)) {
      const slot = headerBytes + index * slotBytes;
      const value = values[index]!;
      if (Number.isNaN(value) || !this.#begins(slot, wanted)) continue;
      const length = this.#numbers.getInt32(slot + 24, true);
      // slice: TextDecoder refuses a view of shared memory.
      const key = decoder.decode(this.#bytes.slice(slot + 28, slot + 28 + length));
      const windowStart = this.#numbers.getFloat64(slot + 16, true);
      const windowSeconds = this.#numbers.getFloat64(slot + 8, true);
      const maker = this.#numbers.getInt32(slot + makerAt, true) === 0 ? 'unbounded' : 'peer';
      yield { key, windowStart, windowSeconds, value, maker };
    }
  }

  #begins(slot: number, wanted: Uint8Array): boolean {
    if (this.#numbers.getInt32(slot + 24, true) < wanted.length) return false;
    for (let i = 0; i < wanted.length; i++) if (this.#bytes[slot + 28 + i] !== wanted[i]) return false;
    return true;
  }

  /** Call with the lock held. Empties the table and puts `kept` back: how ended windows leave. */
  rebuild(kept: readonly SlotValue[]): void {
    this.#bytes.fill(0, headerBytes);
    for (const at of [usedAt, rateLimitsAt, peersAt]) Atomics.store(this.#header, at, 0);
    Atomics.add(this.#header, layoutAt, 1);
    // What was taken is not refused now.
    this.#bounded = false;
    for (const { key, windowStart, windowSeconds, value, maker } of kept)
      this.add(key, windowStart, windowSeconds, value, maker);
    this.#bounded = true;
  }

  /** There is little room for what is only kept to be safe. */
  get isCrowded(): boolean {
    return this.#header[usedAt]! > this.#capacity / 4;
  }

  /** Whether dropping so many counters makes a difference. */
  isMuch(counters: number): boolean {
    return counters > this.#capacity / 16;
  }

  /** Without a maker none is made: -1. */
  #find(key: string, windowStart: number, windowSeconds: number, maker: SlotMaker | undefined): number {
    const { read, written } = this.#encoder.encodeInto(key, this.#key);
    if (read < key.length || written === 0)
      throw new RangeError(`counter key of more than ${maxKeyBytes} bytes`);
    let index = hash(this.#key, written, windowStart) % this.#capacity;
    for (;;) {
      const slot = headerBytes + index * slotBytes;
      const length = this.#numbers.getInt32(slot + 24, true);
      if (length === 0)
        return maker === undefined ? -1 : this.#take(index, written, windowStart, windowSeconds, maker);
      if (length === written && this.#holds(slot, written, windowStart, windowSeconds)) return slot;
      index = index + 1 === this.#capacity ? 0 : index + 1;
    }
  }

  #take(index: number, length: number, windowStart: number, windowSeconds: number, maker: SlotMaker): number {
    const slot = headerBytes + index * slotBytes;
    const header = this.#header;
    const used = header[usedAt]! + 1;
    if (used > this.#capacity * maxLoad)
      throw new CounterTableFull(`${this.#capacity} counters are not enough`);
    if (!this.#isOfBudget(length)) this.#takeRateLimit(maker);
    header[usedAt] = used;
    this.#numbers.setInt32(slot + makerAt, maker === 'peer' ? 1 : 0, true);
    this.#numbers.setFloat64(slot, 0, true);
    this.#numbers.setFloat64(slot + 8, windowSeconds, true);
    this.#numbers.setFloat64(slot + 16, windowStart, true);
    this.#bytes.set(this.#key.subarray(0, length), slot + 28);
    this.#numbers.setInt32(slot + 24, length, true);
    this.#taken[index] = 1;
    return slot;
  }

  #takeRateLimit(maker: SlotMaker): void {
    const rateLimits = this.#header[rateLimitsAt]! + 1;
    const peers = this.#header[peersAt]! + (maker === 'peer' ? 1 : 0);
    if (this.#bounded && maker !== 'unbounded') {
      const capacity = this.#capacity;
      if (maker === 'peer' && peers > capacity * peersShare)
        throw new CounterTableFull(`peers may have no more than ${peers - 1} rate limit counters`);
      if (rateLimits > capacity * (maker === 'peer' ? rateLimitsWithPeersShare : rateLimitsShare))
        throw new CounterTableFull(`${rateLimits - 1} counters of rate limits are not enough`);
    }
    this.#header[rateLimitsAt] = rateLimits;
    this.#header[peersAt] = peers;
  }

  #isOfBudget(length: number): boolean {
    return budgetPrefixes.some(
      (prefix) => length >= prefix.length && prefix.every((byte, at) => this.#key[at] === byte),
    );
  }

  #holds(slot: number, length: number, windowStart: number, windowSeconds: number): boolean {
    if (this.#numbers.getFloat64(slot + 16, true) !== windowStart) return false;
    if (this.#numbers.getFloat64(slot + 8, true) !== windowSeconds) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[slot + 28 + i] !== this.#key[i]) return false;
    return true;
  }
}

const budgetPrefixes = [usedPrefix, heldPrefix].map((prefix) => new TextEncoder().encode(prefix));

/** FNV-1a over the key's bytes and the window's start. */
function hash(bytes: Uint8Array, length: number, windowStart: number): number {
  let h = 0x811c9dc5 ^ (windowStart | 0);
  for (let i = 0; i < length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  return h >>> 0;
}
