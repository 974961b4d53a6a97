/** Reads the hashes of all values into the filter of unknown ones, after the start and bit by bit: nobody waits for it. */
import type { DatabaseSync } from 'node:sqlite';
import type { KeyMarks } from '../memory/shared-key-marks.ts';

const portion = 2_000;
/** Between two portions, which take a few milliseconds each: the thread serves others too. */
const restMs = 5;

/** Returns what ends it. */
export function fillKeyMarks(database: DatabaseSync, marks: KeyMarks): () => void {
  const columns = ['hash', 'previous'];
  let after: Uint8Array = new Uint8Array();
  let next: NodeJS.Timeout | undefined;
  const step = () => {
    const [column] = columns;
    if (column === undefined) return marks.complete();
    const found = database
      .prepare(
        `SELECT ${column} AS hash FROM virtual_key INDEXED BY virtual_key_${column} WHERE ${column} > ? ORDER BY ${column} LIMIT ${portion}`,
      )
      .all(after) as unknown as { hash: Uint8Array }[];
    for (const { hash } of found) marks.add(Buffer.from(hash.buffer, hash.byteOffset, hash.length));
    if (found.length === portion) after = found.at(-1)!.hash;
    else {
      columns.shift();
      after = new Uint8Array();
    }
    next = setTimeout(step, found.length === portion ? restMs : 0);
    next.unref();
  };
  step();
  return () => clearTimeout(next);
}
