import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** All of `change` or nothing; what it throws is thrown on. */
export function transaction<T>(database: DatabaseSync, change: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = change();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/**
 * A statement to `run`. A full text index leaves row ids behind that a number cannot hold, and every `run` on the connection tells the
 * last of them: as big integers it does not fail.
 */
export function prepareWrite(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}
