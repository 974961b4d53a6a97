/**
 * One thread's journal of counter increments: a line per call, written with `writeSync` before the call returns, so that the
 * counts survive `kill -9` (the page cache outlives the process). Files are named by thread and generation; a checkpoint
 * opens the next generation and older files can go.
 */
import { closeSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CounterIncrement } from '../counters.ts';

const fileName = /^counters-(\d+)-([a-z0-9-]+)\.journal$/;

export class CounterJournal {
  readonly #directory: string;
  readonly #thread: string;
  #generation = -1;
  #file: number | undefined;

  constructor(directory: string, thread: string) {
    this.#directory = directory;
    this.#thread = thread;
  }

  /** `generation` is the one read under the table's lock together with the increments. */
  append(generation: number, increments: readonly CounterIncrement[]): void {
    if (generation !== this.#generation) this.#open(generation);
    let line = '';
    for (const i of increments) {
      if (i.add !== 0)
        line += `${line === '' ? '' : ','}${JSON.stringify(i.key)},${i.windowStart},${i.windowSeconds},${i.add}`;
    }
    if (line === '') return;
    writeSync(this.#file!, `${checksum(line)}[${line}]\n`);
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

/** Every intact increment of `generation` or later, in no order between threads (additions commute but for the floor at 0). */
export function readJournals(directory: string, generation: number): CounterIncrement[] {
  const found: CounterIncrement[] = [];
  for (const file of journalFiles(directory)) {
    if (file.generation < generation) continue;
    for (const line of readFileSync(join(directory, file.name), 'utf8').split('\n'))
      found.push(...parseLine(line));
  }
  return found;
}

export function removeJournalsBefore(directory: string, generation: number): void {
  for (const file of journalFiles(directory)) {
    if (file.generation < generation) unlinkSync(join(directory, file.name));
  }
}

/** The highest generation that any file names: a restart continues above it. */
export function highestGeneration(directory: string): number {
  return Math.max(0, ...journalFiles(directory).map((file) => file.generation));
}

function journalFiles(directory: string): { name: string; generation: number }[] {
  return readdirSync(directory).flatMap((name) => {
    const match = fileName.exec(name);
    return match === null ? [] : [{ name, generation: Number(match[1]) }];
  });
}

/** A torn last line (the machine, not only the process, stopped) fails its checksum and is left out. */
function parseLine(line: string): CounterIncrement[] {
  const bracket = line.indexOf('[');
  if (bracket < 0 || !line.endsWith(']')) return [];
  const inner = line.slice(bracket + 1, -1);
  if (line.slice(0, bracket) !== checksum(inner)) return [];
  const values = JSON.parse(`[${inner}]`) as (string | number)[];
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
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}
