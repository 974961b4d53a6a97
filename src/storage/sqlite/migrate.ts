/** Schemas of SQLite files: forward only, one step per version, checked at every start. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * Step n of `steps` brings a file from `user_version` n to n + 1: a step that was released is never changed. Throws what `tooNew`
 * says of a file that a newer release has written.
 */
export function migrate(
  database: DatabaseSync,
  steps: readonly string[],
  tooNew: (version: number) => string,
): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > steps.length) throw new Error(tooNew(version));
  for (let step = version; step < steps.length; step++)
    database.exec(`BEGIN IMMEDIATE; ${steps[step]} PRAGMA user_version = ${step + 1}; COMMIT;`);
}

/** What to do with a file whose newer release is at hand. */
export function startNewerRelease(path: string): (version: number) => string {
  return (version) =>
    `${path} was written by a newer release of Tollgate (schema ${version}): start that one`;
}
