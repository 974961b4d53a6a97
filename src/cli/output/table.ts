/** Aligned tables. Names come from callers of the gateway, so nothing in a cell can drive the terminal. */
import { paint, type Style } from './colour.ts';

export interface Column<Row> {
  title: string;
  /** What people read. */
  text(row: Row): string;
  /** Name and value in CSV; the title in lower case and the text where they are left out. */
  name?: string;
  value?(row: Row): string | number | undefined;
  align?: 'right';
  style?(row: Row): Style | undefined;
}

const gap = '  ';

/** Title line and a line for each row, each ended; '' when there are no columns. */
export function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  colour: boolean,
  widths = columnWidths(columns, rows),
): string {
  const title = columns.map((column, i) => pad(column.title, widths[i]!, column.align));
  const lines = [paint(title.join(gap).trimEnd(), 'dim', colour)];
  for (const row of rows) lines.push(rowText(columns, row, colour, widths));
  return lines.map((line) => `${line}\n`).join('');
}

/** One line, not ended. */
export function rowText<Row>(
  columns: readonly Column<Row>[],
  row: Row,
  colour: boolean,
  widths: readonly number[],
): string {
  const cells = columns.map((column, i) => {
    const isLast = i === columns.length - 1 && column.align !== 'right';
    const cell = printable(column.text(row));
    return paint(isLast ? cell : pad(cell, widths[i]!, column.align), column.style?.(row), colour);
  });
  return cells.join(gap).trimEnd();
}

export function columnWidths<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): number[] {
  return columns.map((column) =>
    rows.reduce(
      (widest, row) => Math.max(widest, lengthOf(printable(column.text(row)))),
      lengthOf(column.title),
    ),
  );
}

/** `name  value` lines of one thing; what is not there is left out. */
export function fieldsText(fields: readonly (readonly [string, string | undefined])[]): string {
  const shown = fields.filter((field): field is [string, string] => (field[1] ?? '') !== '');
  const width = Math.max(0, ...shown.map(([name]) => lengthOf(name)));
  return shown.map(([name, value]) => `${pad(name, width)}${gap}${printable(value)}\n`).join('');
}

/** Control and format characters (escape sequences, direction changes) become visible. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

function pad(text: string, width: number, align?: 'right'): string {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)));
  return align === 'right' ? space + text : text + space;
}

function lengthOf(text: string): number {
  return [...text].length;
}
