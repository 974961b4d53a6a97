/** Files that a person names: JSON, YAML of one or several documents, or `-` for standard input. */
import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { LineCounter, type Node, parseAllDocuments } from 'yaml';
import { CliFailure } from './failure.ts';

export interface InputDocument {
  value: unknown;
  /** Line of the file on which it begins. */
  line: number;
  /** Line of what is at the path, or of the nearest thing around it. */
  lineAt(path: readonly (string | number)[]): number;
}

export async function readInput(path: string): Promise<string> {
  if (path === '-') return readAll(process.stdin);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliFailure(`${path}: ${code === 'ENOENT' ? 'no such file' : message}`, 'usage');
  }
}

/** JSON is YAML too. Empty documents are left out. `errors` say the line, and never quote the text. */
export function parseDocuments(text: string): { documents: InputDocument[]; errors: InputError[] } {
  const lineCounter = new LineCounter();
  // A document that holds keys must not be quoted in an error.
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false });
  const documents: InputDocument[] = [];
  const errors: InputError[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const { pos, message } of document.errors)
      errors.push({ line: lineCounter.linePos(pos[0]).line, message: message.replace(/: ".*$/s, '') });
    if (document.errors.length > 0 || document.contents === null) continue;
    const start = document.contents.range?.[0] ?? 0;
    try {
      const value: unknown = document.toJS();
      const line = lineCounter.linePos(start).line;
      const lineAt = (path: readonly (string | number)[]): number => {
        const range = (document.getIn(path, true) as Node | undefined)?.range;
        if (range) return lineCounter.linePos(range[0]).line;
        return path.length === 0 ? line : lineAt(path.slice(0, -1));
      };
      if (value !== null) documents.push({ value, line, lineAt });
    } catch {
      errors.push({ line: lineCounter.linePos(start).line, message: 'aliases that can not be resolved' });
    }
  }
  return { documents, errors };
}

export interface InputError {
  line: number;
  message: string;
}

/** The documents of a file that must be right; throws `CliFailure` at the first error. */
export async function readDocuments(path: string): Promise<unknown[]> {
  const { documents, errors } = parseDocuments(await readInput(path));
  const first = errors[0];
  if (first !== undefined) throw new CliFailure(`${path}:${first.line}: ${first.message}`);
  return documents.map(({ value }) => value);
}
