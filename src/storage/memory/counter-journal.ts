/**
 * One thread's journal: a line per call with its counter increments and, when a call ends, its ledger entry: one write, so
 * that counters and ledger cannot disagree. Written with `writeSync` before the call returns, it survives `kill -9` (the page
 * cache outlives the process). Files are named by thread and generation; a checkpoint opens the next generation, and older
 * files go when the ledger has read them.
 *
 * Line: checksum, length of the increments, increments `"key",start,seconds,add,…`, ledger entry (JSON or nothing).
 */
import { closeSync, openSync, readdirSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CounterIncrement } from '../counters.ts';

const fileName = /^counters-(\d+)-([a-z0-9-]+)\.journal$/;

/** Bytes before a line's body: a checksum has at most 7, a length 16. */
const headRoom = 32;
const newline = 0x0a;

export class CounterJournal {
  readonly #directory: string;
  readonly #thread: string;
  #generation = -1;
  #file: number | undefined;
  #scratch = Buffer.allocUnsafe(8_192);
  /** Bytes of `#scratch` that wait to be written. */
  #filled = 0;
  /** Counts that wait for the next line. */
  #soon = '';
  #scheduled = false;
  /** Waiting counts met a fault of the disk. */
  #unwritten = false;

  constructor(directory: string, thread: string) {
    this.#directory = directory;
    this.#thread = thread;
  }

  /**
   * `generation` is the one read under the table's lock together with the increments; `counts`: a name as `journalName` writes it
   * and its amount, and so on, commas between; `entry` is JSON or ''.
   */
  append(generation: number, counts: string, entry: string): void {
    this.#turnTo(generation);
    const soon = this.#soon;
    this.#soon = '';
    this.#line(soon === '' || counts === '' ? soon + counts : `${soon},${counts}`, entry);
    try {
      this.#flush();
    } catch (error) {
      // The caller is told that this line is not there; what came before it was promised.
      this.#soon = soon;
      throw error;
    }
  }

  /**
   * Goes to the disk as a part of the next line that is appended, at the latest before the thread turns to another event: one
   * line and one write less a call. Throws when counts of before could not be written.
   */
  appendSoon(generation: number, counts: string): void {
    if (counts === '') return;
    if (this.#unwritten) this.#writeSoon();
    this.#turnTo(generation);
    this.#soon = this.#soon === '' ? counts : `${this.#soon},${counts}`;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#flushSoon);
  }

  readonly #flushSoon = (): void => {
    this.#scheduled = false;
    try {
      this.#writeSoon();
    } catch {
      // The counts stay, and the next call that counts meets the same fault and is told.
      this.#unwritten = true;
    }
  };

  #writeSoon(): void {
    if (this.#soon !== '') this.append(this.#generation, '', '');
    this.#unwritten = false;
  }

  /** A file holds one generation. */
  #turnTo(generation: number): void {
    if (generation === this.#generation) return;
    this.#writeSoon();
    this.#open(generation);
  }

  #line(counts: string, entry: string): void {
    if (counts !== '' || entry !== '') this.#encode(counts.length, `${counts}${entry}`);
  }

  /** A busy call's every microsecond: a line is encoded once, into memory that later lines use again. */
  #encode(countsLength: number, body: string): void {
    const start = this.#filled;
    const most = start + headRoom + body.length * 3 + 1;
    if (most > this.#scratch.length) {
      const larger = Buffer.allocUnsafe(2 * most);
      this.#scratch.copy(larger, 0, 0, start);
      this.#scratch = larger;
    }
    const end = start + headRoom + this.#scratch.write(body, start + headRoom);
    this.#scratch[end] = newline;
    const head = `${crc32(this.#scratch.subarray(start + headRoom, end)).toString(36)} ${countsLength} `;
    this.#scratch.write(head, start, 'latin1');
    this.#scratch.copyWithin(start + head.length, start + headRoom, end + 1);
    this.#filled = end + 1 - headRoom + head.length;
  }

  /** What is not written is forgotten: whoever calls knows what it was. */
  #flush(): void {
    const length = this.#filled;
    if (length === 0) return;
    this.#filled = 0;
    const written = writeSync(this.#file!, this.#scratch, 0, length);
    if (written === length) return;
    // The torn line is left out when it is read; what is written next must not continue it.
    this.#scratch[0] = newline;
    this.#filled = 1;
    throw new Error('the disk took only a part of a journal line');
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#generation = -1;
  }

  #open(generation: number): void {
    this.close();
    this.#file = openSync(
      join(this.#directory, `counters-${generation}-${this.#thread}.journal`),
      'a',
      0o600,
    );
    this.#generation = generation;
  }
}

/** A counter's name in a journal's line; its amount follows. */
export function journalName({ key, windowStart, windowSeconds }: Omit<CounterIncrement, 'add'>): string {
  return `${JSON.stringify(key)},${windowStart},${windowSeconds},`;
}

/** Every intact increment of `generation` or later, in no order between threads (additions commute but for the floor at 0). */
export function readJournals(directory: string, generation: number): CounterIncrement[] {
  const found: CounterIncrement[] = [];
  for (const file of journalFiles(directory)) {
    if (file.generation < generation) continue;
    for (const line of readFileSync(join(directory, file.name), 'utf8').split('\n')) {
      const parsed = parseLine(line);
      if (parsed !== undefined) found.push(...incrementsOf(parsed.counts));
    }
  }
  return found;
}

/** Only what `isConsumed` (the ledger has read the file to this size). */
export function removeJournalsBefore(
  directory: string,
  generation: number,
  isConsumed: (name: string, size: number) => boolean,
): void {
  for (const file of journalFiles(directory)) {
    if (file.generation >= generation) continue;
    const path = join(directory, file.name);
    if (isConsumed(file.name, statSync(path).size)) unlinkSync(path);
  }
}

/** The highest generation that any file names: a restart continues above it. */
export function highestGeneration(directory: string): number {
  return Math.max(0, ...journalFiles(directory).map((file) => file.generation));
}

export function journalFiles(directory: string): { name: string; generation: number }[] {
  return readdirSync(directory).flatMap((name) => {
    const match = fileName.exec(name);
    return match === null ? [] : [{ name, generation: Number(match[1]) }];
  });
}

/** A torn last line (the machine, not only the process, stopped) fails its checksum and is left out. */
export function parseLine(line: string): { counts: string; entry: string } | undefined {
  const sumEnd = line.indexOf(' ');
  const lengthEnd = line.indexOf(' ', sumEnd + 1);
  if (sumEnd < 0 || lengthEnd < 0) return undefined;
  const body = line.slice(lengthEnd + 1);
  if (line.slice(0, sumEnd) !== checksum(body)) return undefined;
  const length = Number(line.slice(sumEnd + 1, lengthEnd));
  return { counts: body.slice(0, length), entry: body.slice(length) };
}

function incrementsOf(counts: string): CounterIncrement[] {
  const values = JSON.parse(`[${counts}]`) as (string | number)[];
  const increments: CounterIncrement[] = [];
  for (let i = 0; i + 3 < values.length; i += 4) {
    increments.push({
      key: values[i] as string,
      windowStart: values[i + 1] as number,
      windowSeconds: values[i + 2] as number,
      add: values[i + 3] as number,
    });
  }
  return increments;
}

function checksum(text: string): string {
  return crc32(text).toString(36);
}
