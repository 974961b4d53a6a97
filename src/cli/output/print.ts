/** `-o table|json|yaml|csv`: one list or one thing in the form that was asked for. */
import { stringify } from 'yaml';
import { csvOf } from '../../core/text/csv.ts';
import type { Terminal } from '../terminal.ts';
import { type Column, tableText } from './table.ts';

export const outputFormats = ['table', 'json', 'yaml', 'csv'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** `document` is what JSON and YAML get; a table is made of `rows`, with `empty` on standard error when there are none. */
export function printList<Row>(
  terminal: Terminal,
  format: OutputFormat,
  list: { rows: readonly Row[]; columns: readonly Column<Row>[]; document: unknown; empty: string },
): void {
  if (format === 'csv') terminal.out(csvText(list.columns, list.rows));
  else if (format !== 'table') printDocument(terminal, format, list.document);
  else if (list.rows.length === 0) terminal.err(`${list.empty}\n`);
  else terminal.out(tableText(list.columns, list.rows, terminal.colour));
}

export function printDocument(terminal: Terminal, format: 'json' | 'yaml', document: unknown): void {
  terminal.out(format === 'json' ? `${JSON.stringify(document, null, 2)}\n` : yamlText(document));
}

/** Long texts stay on one line and nothing is an anchor, so that other programs and diffs cope. */
export function yamlText(document: unknown): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Several documents, parted by `---`. */
export function yamlDocuments(documents: readonly unknown[]): string {
  return documents.map(yamlText).join('---\n');
}

export function csvText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return csvOf(
    columns.map(({ name, title }) => name ?? title.toLowerCase()),
    rows.map((row) => columns.map((column) => column.value?.(row) ?? csvFallback(column, row))),
  );
}

/** A dash says "nothing" to people only. */
function csvFallback<Row>(column: Column<Row>, row: Row): string {
  if (column.value !== undefined) return '';
  const text = column.text(row);
  return text === '-' ? '' : text;
}
