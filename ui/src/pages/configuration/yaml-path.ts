/** Where a cursor is in a YAML text, by its indentation: enough to complete fields while the text is not whole. */
import type { FieldSchema, KindSchema } from '../../api/resources.ts';

export interface YamlPlace {
  /** Names of fields from the document's begin; `[]` for an item of a list. */
  path: string[];
  /** Fields that stand beside the cursor already. */
  siblings: string[];
  /** The field whose value is being typed, if it is a value. */
  valueField?: string;
  apiVersion?: string;
  kind?: string;
}

interface Row {
  /** Columns before the field's name, dashes counted as spaces. */
  indent: number;
  /** Columns before each dash. */
  dashes: number[];
  name?: string;
  value?: string;
}

const fieldPattern = /^(?:"([^"]*)"|'([^']*)'|([^\s#:{}[\],&*!|>'"%@`][^:]*?))\s*:(?:\s+(.*))?$/;

function rowOf(line: string): Row | undefined {
  const dashes: number[] = [];
  let rest = line;
  let indent = 0;
  for (;;) {
    const space = /^ */.exec(rest)![0].length;
    indent += space;
    rest = rest.slice(space);
    if (rest !== '-' && !rest.startsWith('- ')) break;
    dashes.push(indent);
    indent += 1;
    rest = rest.slice(1);
  }
  if (rest.startsWith('#') || (rest === '' && dashes.length === 0)) return undefined;
  const found = fieldPattern.exec(rest.trimEnd());
  if (found === null) return { indent, dashes };
  const name = found[1] ?? found[2] ?? found[3]!;
  return { indent, dashes, name, value: (found[4] ?? '').trim() };
}

/** `row` from 0; `column` of the cursor. */
export function placeAt(lines: readonly string[], row: number, column: number): YamlPlace {
  const begin = lines.slice(0, row).findLastIndex((line) => line.startsWith('---')) + 1;
  const after = lines.slice(row + 1).findIndex((line) => line.startsWith('---'));
  const end = after < 0 ? lines.length : row + 1 + after;
  const typed = (lines[row] ?? '').slice(0, column);
  const own = rowOf(typed);
  const indent = own?.indent ?? column;
  const rows = lines.slice(begin, end).map(rowOf);
  const top = (name: string) =>
    rows.find((one) => one?.indent === 0 && one.dashes.length === 0 && one.name === name)?.value;
  const valueField = own?.name === undefined ? undefined : { valueField: own.name };
  const [apiVersion, kind] = [top('apiVersion'), top('kind')];
  return {
    path: pathTo(rows, row - begin, indent, own?.dashes ?? []),
    siblings: siblingsOf(rows, row - begin, indent, own?.dashes ?? []),
    ...valueField,
    ...(apiVersion && { apiVersion }),
    ...(kind && { kind }),
  };
}

/** Up the lines: each that begins further left is a parent. */
function pathTo(
  rows: readonly (Row | undefined)[],
  row: number,
  indent: number,
  dashes: readonly number[],
): string[] {
  const path: string[] = [];
  let left = indent;
  let open = [...dashes];
  for (let at = row - 1; ; at -= 1) {
    while (open.length > 0 && open.at(-1)! < left) {
      path.unshift('[]');
      left = open.pop()!;
    }
    if (at < 0) return path;
    const one = rows[at];
    if (one === undefined) continue;
    const isParent = one.name !== undefined && one.indent < left && one.value === '';
    // A list may stand as far left as the field that it is the value of.
    const isListOf = one.name !== undefined && one.indent === left && path[0] === '[]' && one.value === '';
    if (isParent || isListOf) {
      path.unshift(one.name!);
      left = one.indent;
      open = [...one.dashes];
    } else if (one.indent <= left && one.dashes.length > 0 && one.dashes.at(-1)! < left) {
      open = [...one.dashes];
    }
  }
}

function siblingsOf(
  rows: readonly (Row | undefined)[],
  row: number,
  indent: number,
  dashes: readonly number[],
): string[] {
  const names: string[] = [];
  const collect = (from: number, step: number) => {
    for (let at = from; at >= 0 && at < rows.length; at += step) {
      const one = rows[at];
      if (one === undefined) continue;
      const start = one.dashes[0] ?? one.indent;
      if (one.indent < indent || (step > 0 && start < indent)) return;
      if (one.indent === indent && one.name !== undefined) names.push(one.name);
      if (step < 0 && start < indent) return;
    }
  };
  if (dashes.length === 0) collect(row - 1, -1);
  collect(row + 1, 1);
  return names;
}

export function schemaAtPath(
  schema: FieldSchema | undefined,
  path: readonly string[],
): FieldSchema | undefined {
  return path.reduce<FieldSchema | undefined>(
    (at, step) => (step === '[]' ? at?.items : (at?.properties?.[step] ?? at?.additionalProperties)),
    schema,
  );
}

export interface Suggestion {
  label: string;
  detail?: string;
  info?: string;
  /** What is put in. */
  text: string;
}

export function suggestionsFor(place: YamlPlace, kinds: readonly KindSchema[]): Suggestion[] {
  const { path, siblings, valueField, apiVersion, kind } = place;
  if (path.length === 0 && valueField === 'kind')
    return kinds.map((one) => ({ label: one.kind, detail: one.apiVersion, text: one.kind }));
  if (path.length === 0 && valueField === 'apiVersion') {
    const wanted = kinds.filter((one) => kind === undefined || one.kind === kind);
    return [...new Set(wanted.map((one) => one.apiVersion))].map((label) => ({ label, text: label }));
  }
  const known = kinds.find(
    (one) => one.kind === kind && (apiVersion === undefined || one.apiVersion === apiVersion),
  );
  const at = schemaAtPath(known?.schema, path);
  if (valueField !== undefined) return valuesOf(schemaAtPath(at, [valueField]));
  const properties = at?.properties ?? (path.length === 0 ? { apiVersion: {}, kind: {}, metadata: {} } : {});
  return Object.entries(properties)
    .filter(([name]) => !siblings.includes(name))
    .map(([label, field]) => ({
      label,
      text: isNested(field) ? `${label}:` : `${label}: `,
      ...(field.type === undefined
        ? {}
        : { detail: detailOf(field, at?.required?.includes(label) ?? false) }),
      ...(field.description === undefined ? {} : { info: field.description }),
    }));
}

const isNested = ({ type }: FieldSchema) => type === 'object' || type === 'array';
const detailOf = ({ type, enum: values }: FieldSchema, isRequired: boolean) =>
  `${values === undefined ? type : values.join(' | ')}${isRequired ? ', required' : ''}`.slice(0, 60);

function valuesOf(field: FieldSchema | undefined): Suggestion[] {
  const values = field?.type === 'boolean' ? ['true', 'false'] : (field?.enum ?? []);
  return values.map((value) => ({ label: String(value), text: String(value) }));
}
