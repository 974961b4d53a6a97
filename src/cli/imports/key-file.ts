/** Files of keys: CSV with a title line, or JSON or YAML (a list, `{keys: […]}`, or VirtualKeys). No message quotes a value. */
import type { NewKey } from '../admin-api.ts';
import { CliFailure } from '../failure.ts';
import { parseDocuments } from '../input-file.ts';
import { parseCsv } from './parse-csv.ts';

const fields = [
  'namespace',
  'name',
  'owner',
  'metadata',
  'labels',
  'allowedModels',
  'allowedRoutes',
  'allowedCIDRs',
  'limits',
  'expiresAt',
  'value',
  'keyHash',
] as const satisfies readonly (keyof NewKey)[];
const known = new Set<string>(fields);

/** Throws `CliFailure` that names the file and the key by its number. */
export function keysOf(file: string, text: string): NewKey[] {
  const isCsv = file.endsWith('.csv') || (file === '-' && /^[\w.:-]+(,[\w.:-]+)+\r?\n/.test(text));
  const keys = isCsv ? csvKeys(file, text) : documentKeys(file, text);
  if (keys.length === 0) throw new CliFailure(`${file}: no keys in it`);
  return keys.map((key, i) => checked(file, key, i + 1));
}

function checked(file: string, key: unknown, number: number): NewKey {
  const fault = (message: string) => new CliFailure(`${file}: key ${number} ${message}`);
  if (typeof key !== 'object' || key === null || Array.isArray(key)) throw fault('is not an object');
  const unknown = Object.keys(key).find((name) => !known.has(name));
  if (unknown !== undefined) throw fault(`has a field "${unknown}"; there are ${fields.join(', ')}`);
  const { name, value, keyHash } = key as NewKey;
  if (typeof name !== 'string' || name === '') throw fault('has no name');
  if (value !== undefined && keyHash !== undefined) throw fault(`(${name}) has both value and keyHash`);
  return key as NewKey;
}

function documentKeys(file: string, text: string): unknown[] {
  const { documents, errors } = parseDocuments(text);
  const first = errors[0];
  if (first !== undefined) throw new CliFailure(`${file}:${first.line}: ${first.message}`);
  return documents.flatMap(({ value }): unknown[] => {
    const list = Array.isArray(value) ? value : ((value as { keys?: unknown[] } | null)?.keys ?? [value]);
    return list.map(fromVirtualKey);
  });
}

interface VirtualKeyObject {
  kind?: string;
  metadata?: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: NewKey & { display?: string };
}

/** The resource's form is taken too, so that `import litellm` and kubectl's output can be piped here. */
function fromVirtualKey(value: unknown): unknown {
  const { kind, metadata, spec } = (value ?? {}) as VirtualKeyObject;
  if (kind !== 'VirtualKey' || metadata === undefined) return value;
  const { display: _, ...terms } = spec ?? ({} as NewKey & { display?: string });
  const { name, namespace, labels } = metadata;
  return { ...terms, name, ...(namespace && { namespace }), ...(labels && { labels }) };
}

const listFields = new Set(['allowedModels', 'allowedRoutes', 'allowedCIDRs']);
const limitFields = new Set(['requestsPerMinute', 'tokensPerMinute', 'concurrency']);

/** Lists are parted by `;`; `label:NAME`, `metadata:NAME` and the limits have columns of their own. */
function csvKeys(file: string, text: string): unknown[] {
  const [titles = [], ...rows] = parseCsv(text);
  const wrong = titles.find(
    (title) => !known.has(title) && !limitFields.has(title) && !/^(label|metadata):.+/.test(title),
  );
  if (wrong !== undefined)
    throw new CliFailure(`${file}: column "${wrong}" is not known; see docs/cli.md for the columns`);
  return rows.map((row, i) => {
    if (row.length !== titles.length)
      throw new CliFailure(
        `${file}: key ${i + 1} has ${row.length} columns, the title line ${titles.length}`,
      );
    const key: Record<string, unknown> = {};
    for (const [column, title] of titles.entries()) setCell(key, title, row[column]!);
    return key;
  });
}

function setCell(key: Record<string, unknown>, title: string, cell: string): void {
  if (cell === '') return;
  const [, prefix, name] = /^(label|metadata):(.+)$/.exec(title) ?? [];
  if (prefix !== undefined) setInner(key, prefix === 'label' ? 'labels' : 'metadata', name!, cell);
  else if (limitFields.has(title)) setInner(key, 'limits', title, Number(cell));
  else key[title] = listFields.has(title) ? cell.split(';').map((part) => part.trim()) : cell;
}

function setInner(key: Record<string, unknown>, field: string, name: string, value: unknown): void {
  key[field] = { ...(key[field] as object | undefined), [name]: value };
}
