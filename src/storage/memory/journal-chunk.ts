/** A part of a journal as records: read at once, parsed in steps, so that other work of the thread need not wait for all of it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { RequestRecord } from '../../core/record.ts';
import { parseLine } from './counter-journal.ts';

/** Read at a time from one file: bounds memory when a long backlog is caught up. */
const chunkBytes = 4 * 1024 * 1024;
/** Of a step: well below a millisecond. */
const linesAtOnce = 128;
const newline = 0x0a;

export interface JournalChunk {
  records: RequestRecord[];
  /** Byte of the file that the next part begins at. */
  end: number;
  /** Nothing comes after it now. */
  isLast: boolean;
}

export class ChunkReader {
  readonly #lines: string[];
  readonly #chunk: JournalChunk | undefined;
  #line = 0;

  /** `skipTorn`: nobody writes the file any more, so that a last line without an end is none. */
  constructor(path: string, offset: number, skipTorn: boolean) {
    const { bytes, size } = readFrom(path, offset);
    const end = bytes.lastIndexOf(newline) + 1;
    const isLast = offset + bytes.length >= size;
    // A line longer than a chunk can't be: a record has a bounded size.
    const consumed = skipTorn && isLast ? bytes.length : end;
    this.#lines = bytes.subarray(0, end).toString('utf8').split('\n');
    this.#chunk = consumed === 0 ? undefined : { records: [], end: offset + consumed, isLast };
  }

  /** Parses some more; false when all is parsed. */
  step(): boolean {
    const until = Math.min(this.#line + linesAtOnce, this.#lines.length);
    for (; this.#line < until; this.#line++) {
      const entry = parseLine(this.#lines[this.#line]!)?.entry ?? '';
      if (entry !== '') this.#chunk?.records.push(JSON.parse(entry) as RequestRecord);
    }
    return this.#line < this.#lines.length;
  }

  /** What it holds, once all is parsed; undefined when there is nothing. */
  finish(): JournalChunk | undefined {
    while (this.step());
    return this.#chunk;
  }
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
