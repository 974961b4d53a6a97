/** A list of named things in a file of the data directory that only this user can read. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

interface ListFile<T> {
  path: string;
  /** Member of the file's object that is the list: what they are, in the plural. */
  member: string;
  isWhole(one: T): boolean;
}

/** None when there is no file. Throws when it is there and cannot be read: nothing must vanish by a damaged file. */
export function readNamedList<T>({ path, member, isWhole }: ListFile<T>): T[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    const list = (JSON.parse(text) as Record<string, T[]>)[member]!;
    if (list.every(isWhole)) return list;
  } catch {
    // Told below, without what is in it.
  }
  throw new Error(`${path} is damaged: put it back from a copy, or remove it and make the ${member} anew`);
}

/** All of it or, when the process ends meanwhile, nothing. */
export function writeNamedList<T>({ path, member }: ListFile<T>, list: readonly T[]): void {
  const unfinished = `${path}.new`;
  const text = `${JSON.stringify({ [member]: list }, null, 2)}\n`;
  writeFileSync(unfinished, text, { mode: 0o600, flush: true });
  renameSync(unfinished, path);
}
