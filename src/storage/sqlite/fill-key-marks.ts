/** Reads the hashes of all values into the filter of unknown ones, after the start and bit by bit: nobody waits for it. */
import type { DatabaseSync } from 'node:sqlite';
import type { KeyMarks } from '../memory/shared-key-marks.ts';

const portion = 5_000;

/** Returns what ends it. */
export function fillKeyMarks(database: DatabaseSync, marks: KeyMarks): () => void {
  const columns = ['hash', 'previous'];
  let after = Buffer.alloc(0);
  let next: NodeJS.Immediate | undefined;
  const step = () => {
    const [column] = columns;
    if (column === undefined) return marks.complete();
    const found = database
      .prepare(
        `SELECT ${column} AS hash FROM virtual_key INDEXED BY virtual_key_${column} WHERE ${column} > ? ORDER BY ${column} LIMIT ${portion}`,
      )
      .all(after);
    for (const { hash } of found) marks.add(Buffer.from(hash as Uint8Array));
    if (found.length < portion) {
      columns.shift();
      after = Buffer.alloc(0);
    } else after = Buffer.from(found.at(-1)!['hash'] as Uint8Array);
    next = setImmediate(step);
    next.unref();
  };
  step();
  return () => clearImmediate(next);
}
