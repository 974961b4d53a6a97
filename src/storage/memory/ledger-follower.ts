/**
 * Feeds the ledger from the counter journals, off the request path. Where each file was read to is committed together with the
 * records, so that every call is entered exactly once across `kill -9`.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestRecord } from '../../core/record.ts';
import type { LedgerStore } from '../ledger.ts';
import { journalFiles, parseLine } from './counter-journal.ts';

/** Read at a time from one file: bounds memory when a long backlog is caught up. */
const chunkBytes = 4 * 1024 * 1024;
const newline = 0x0a;

export class LedgerFollower {
  readonly #directory: string;
  readonly #ledger: LedgerStore;
  /** File → bytes read. */
  readonly #positions: Map<string, number>;
  #reading: Promise<void> | undefined;

  private constructor(directory: string, ledger: LedgerStore, positions: Map<string, number>) {
    this.#directory = directory;
    this.#ledger = ledger;
    this.#positions = positions;
  }

  /**
   * Catches up with what an earlier process left behind. Nobody writes those files any more: a torn last line in one of them is
   * no call, and is skipped.
   */
  static async open(directory: string, ledger: LedgerStore): Promise<LedgerFollower> {
    const saved = await ledger.positions();
    const positions = new Map(saved.map(({ file, offset }) => [file, offset]));
    const follower = new LedgerFollower(directory, ledger, positions);
    await follower.#readAll(true);
    return follower;
  }

  /** Enters what was written since. Calls that come while one is under way wait for it. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll(false).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** For the counters' checkpoint: whether a journal may go. */
  isConsumed(name: string, size: number): boolean {
    return (this.#positions.get(name) ?? 0) >= size;
  }

  async #readAll(skipTorn: boolean): Promise<void> {
    const files = journalFiles(this.#directory).sort((a, b) => a.generation - b.generation);
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#positions.keys()) if (!names.has(name)) this.#positions.delete(name);
    for (const { name } of files) while (await this.#readChunk(name, skipTorn));
  }

  /** True when there may be more. */
  async #readChunk(name: string, skipTorn: boolean): Promise<boolean> {
    const offset = this.#positions.get(name) ?? 0;
    const { bytes, size } = readFrom(join(this.#directory, name), offset);
    if (bytes.length === 0) return false;
    const end = bytes.lastIndexOf(newline) + 1;
    const atEnd = offset + bytes.length >= size;
    // A line longer than a chunk can't be: a record has a bounded size.
    const consumed = end === 0 && !(skipTorn && atEnd) ? 0 : skipTorn && atEnd ? bytes.length : end;
    if (consumed === 0) return false;
    const records = recordsIn(bytes.subarray(0, end));
    const positions = new Map(this.#positions).set(name, offset + consumed);
    await this.#ledger.append(
      records,
      [...positions].map(([file, at]) => ({ file, offset: at })),
    );
    this.#positions.set(name, offset + consumed);
    return !atEnd;
  }
}

function recordsIn(lines: Buffer): RequestRecord[] {
  const records: RequestRecord[] = [];
  for (const line of lines.toString('utf8').split('\n')) {
    const entry = parseLine(line)?.entry ?? '';
    if (entry !== '') records.push(JSON.parse(entry) as RequestRecord);
  }
  return records;
}

function readFrom(path: string, offset: number): { bytes: Buffer; size: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(chunkBytes, size - offset)));
    const read = bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, offset);
    return { bytes: bytes.subarray(0, read), size };
  } finally {
    closeSync(file);
  }
}
