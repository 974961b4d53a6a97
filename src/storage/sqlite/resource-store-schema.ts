/** The resource database's schema: forward only, one step per version, checked at every start. */
import type { DatabaseSync } from 'node:sqlite';
import type { Progress } from '../progress.ts';
import { type MigrationStep, migrate } from './migrate.ts';
import { moveVirtualKeys } from './virtual-key-schema.ts';

/** Step n brings a database from `user_version` n to n + 1. Never change a step that was released: add one. */
const steps = (progress: Progress): readonly MigrationStep[] => [
  `CREATE TABLE store (
     id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, key_check BLOB
   ) STRICT;
   INSERT INTO store VALUES (1, 0, NULL);
   CREATE TABLE object (
     api_group TEXT NOT NULL, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
     revision INTEGER NOT NULL, sealed INTEGER NOT NULL, body BLOB NOT NULL,
     PRIMARY KEY (api_group, kind, namespace, name)
   ) STRICT, WITHOUT ROWID;`,
  (database) => moveVirtualKeys(database, progress),
  // What filters look at, in the order of names: to walk it reads no key.
  'CREATE INDEX virtual_key_scan ON virtual_key (name, namespace, state, expires, team, text);',
];

export function migrateResourceSchema(
  database: DatabaseSync,
  path: string,
  progress: Progress = () => {},
): void {
  const all = steps(progress);
  migrate(
    database,
    all,
    (version) =>
      `${path} was written by a newer version (schema ${version}, this one knows ${all.length}): use that version, or another data directory`,
  );
}
