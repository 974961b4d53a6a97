/** A table of keys → what the API takes, with what is wrong in words. */
import type { KeyInput } from '../../api/types.ts';
import { readCsv } from '../../components/read-csv.ts';
import { strings } from '../../strings.ts';
import { type KeyFormValues, keyInputOf } from '../keys/key-form.ts';

const texts = strings.keyImport;

export type ImportedKey = KeyInput & { value?: string; keyHash?: string };

export interface KeyRows {
  rows: ImportedKey[];
  /** Of the table as a whole: nothing is sent then. */
  fault?: string;
}

const plain = ['name', 'namespace', 'owner', 'expiresAt', 'value', 'keyHash'] as const;
const lists = ['allowedModels', 'allowedRoutes', 'allowedCIDRs'] as const;
const limits = ['requestsPerMinute', 'tokensPerMinute', 'concurrency'] as const;
export const columns: readonly string[] = [...plain, ...lists, ...limits];
export const mostRows = 10_000;

export function keyRowsOf(text: string): KeyRows {
  const [head, ...lines] = readCsv(text);
  if (head === undefined) return { rows: [], fault: texts.empty };
  const names = head.map((name) => columnOf(name));
  const unknown = head.find((_, place) => names[place] === undefined);
  if (unknown !== undefined)
    return { rows: [], fault: texts.unknownColumn(unknown.slice(0, 80), columns.join(', ')) };
  if (!names.includes('name')) return { rows: [], fault: texts.noName };
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) return { rows: [], fault: texts.twice(twice) };
  if (lines.length === 0) return { rows: [], fault: texts.noRows };
  if (lines.length > mostRows) return { rows: [], fault: texts.tooMany(mostRows.toLocaleString('en')) };
  return { rows: lines.map((line) => keyOf(names as string[], line)) };
}

/** `Label:Team` is the label `Team`; all others are found in any case. */
function columnOf(given: string): string | undefined {
  const name = given.trim();
  const free = /^(label|metadata):(.+)$/i.exec(name);
  if (free !== null) return `${free[1]!.toLowerCase()}:${free[2]!.trim()}`;
  return columns.find((one) => one.toLowerCase() === name.toLowerCase());
}

function keyOf(names: string[], line: string[]): ImportedKey {
  const key: Record<string, unknown> = { name: '' };
  const groups: Record<string, Record<string, unknown>> = { label: {}, metadata: {}, limits: {} };
  for (const [place, name] of names.entries()) {
    const cell = (line[place] ?? '').trim();
    if (cell === '' && name !== 'name') continue;
    const [group = '', ...rest] = name.split(':');
    if (rest.length > 0) groups[group]![rest.join(':')] = cell;
    else if (lists.some((one) => one === name)) key[name] = cell.split('|').map((part) => part.trim());
    else if (limits.some((one) => one === name)) groups['limits']![name] = numberOf(cell);
    else key[name] = name === 'expiresAt' ? timeOf(cell) : cell;
  }
  const used = Object.entries(groups).filter(([, members]) => Object.keys(members).length > 0);
  const named = used.map(([group, members]) => [group === 'label' ? 'labels' : group, members]);
  return { ...(key as unknown as ImportedKey), ...Object.fromEntries(named) };
}

/** What is no number goes as it is: the API says so of that row. */
const numberOf = (cell: string): unknown => (/^\d{1,15}$/.test(cell) ? Number(cell) : cell);

/** A day alone means its begin, UTC. */
const timeOf = (cell: string) => (/^\d{4}-\d{2}-\d{2}$/.test(cell) ? `${cell}T00:00:00Z` : cell);

/** `laptop-001`, `laptop-002`, …: all with the same owner, labels and limits. */
export function numberedKeys(values: KeyFormValues, count: number): ImportedKey[] {
  const digits = Math.max(String(count).length, 2);
  const common = keyInputOf(values);
  return Array.from({ length: count }, (_, index) => ({
    ...common,
    name: `${values.name}-${String(index + 1).padStart(digits, '0')}`,
  }));
}
