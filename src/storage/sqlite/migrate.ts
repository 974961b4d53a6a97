/** Schemas of SQLite files: forward only, one step per version, checked at every start. */
import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './transaction.ts';

/** SQL, or what SQL alone cannot do. */
export type MigrationStep = string | ((database: DatabaseSync) => void);

/**
 * Step n of `steps` brings a file from `user_version` n to n + 1: a step that was released is never changed. Throws what `tooNew`
 * says of a file that a newer release has written.
 */
export function migrate(
  database: DatabaseSync,
  steps: readonly MigrationStep[],
  tooNew: (version: number) => string,
): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > steps.length) throw new Error(tooNew(version));
  for (const [index, step] of steps.entries()) {
    if (index < version) continue;
    transaction(database, () => {
      if (typeof step === 'string') database.exec(step);
      else step(database);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** What to do with a file whose newer release is at hand. */
export function startNewerRelease(path: string): (version: number) => string {
  return (version) =>
    `${path} was written by a newer release of Tollgate (schema ${version}): start that one`;
}
