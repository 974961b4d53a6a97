/**
 * Configuration from a file or a directory (rate limits, prices, the standalone file). A change is taken once two looks in a row agree, so neither a
 * half-written file nor the moment between two files of a deployment is read; symbolic links may be swapped (ConfigMap volumes).
 */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface ConfigFiles {
  /** In the order of their names. */
  files: { name: string; text: string }[];
  /** Why they can't be read. */
  error?: string;
}

export interface ConfigFileWatch {
  /** What the files say now. */
  read(): ConfigFiles;
  /** Looks once; the timer does it too. */
  look(): void;
  close(): void;
}

const lookMs = 500;
const maxFiles = 1_000;
/** Above it the parser refuses anyway. */
const maxFileBytes = 8 * 1_024 * 1_024;

export function watchConfigFiles(path: string, onChange: () => void): ConfigFileWatch {
  let taken = signature(path);
  let lastSeen = taken;
  const look = () => {
    const seen = signature(path);
    const isSettled = seen === lastSeen;
    lastSeen = seen;
    if (!isSettled || seen === taken) return;
    taken = seen;
    onChange();
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  return { read: () => readFiles(path), look, close: () => clearInterval(timer) };
}

function readFiles(path: string): ConfigFiles {
  try {
    const files = filesBelow(path).map(({ name, file }) => {
      if (statSync(file).size > maxFileBytes) throw new Error(`${name} is larger than ${maxFileBytes} bytes`);
      return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
    });
    return { files };
  } catch (error) {
    return { files: [], error: (error as Error).message };
  }
}

/** Changes whenever a file's content may have. */
function signature(path: string): string {
  try {
    return filesBelow(path)
      .map(({ name, file }) => {
        const { mtimeMs, ctimeMs, size, ino } = statSync(file);
        return `${name} ${mtimeMs} ${ctimeMs} ${size} ${ino}`;
      })
      .join('\n');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** By the name that messages use: relative, `/` as `.`; the file itself when the path is no directory. */
function filesBelow(path: string): { name: string; file: string }[] {
  if (!statSync(path).isDirectory()) return [{ name: basename(path), file: path }];
  const found: { name: string; file: string }[] = [];
  const walk = (directory: string, prefix: string) => {
    const entries = readdirSync(directory, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      // Dot files: an editor's, and the parts of a ConfigMap volume that its links point to.
      if (entry.name.startsWith('.')) continue;
      const file = join(directory, entry.name);
      if (isDirectory(entry, file)) walk(file, `${prefix}${entry.name}.`);
      else found.push({ name: prefix + entry.name, file });
      if (found.length > maxFiles) throw new Error(`more than ${maxFiles} files`);
    }
  };
  walk(path, '');
  return found;
}

function isDirectory(entry: Dirent, file: string): boolean {
  return entry.isSymbolicLink() ? statSync(file).isDirectory() : entry.isDirectory();
}
