/** Calls printed as they come: the first ones set the columns' widths, which later ones keep. */
import type { RequestRecord } from '../../core/record.ts';
import { csvText, type OutputFormat, yamlText } from '../output/print.ts';
import { columnWidths, rowText, tableText } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { callColumns, callCsvColumns } from './log-columns.ts';

export type LogFormat = OutputFormat;

export function callPrinter(
  terminal: Terminal,
  format: LogFormat,
  isFollowing: boolean,
): (calls: readonly RequestRecord[]) => void {
  const each = (text: (call: RequestRecord) => string) => (calls: readonly RequestRecord[]) => {
    for (const call of calls) terminal.out(text(call));
  };
  if (format === 'json') return each((call) => `${JSON.stringify(call)}\n`);
  if (format === 'yaml') return each((call) => `---\n${yamlText(call)}`);
  return format === 'csv' ? csvPrinter(terminal) : tablePrinter(terminal, isFollowing);
}

function csvPrinter(terminal: Terminal): (calls: readonly RequestRecord[]) => void {
  let hasTitle = false;
  return (calls) => {
    const text = csvText(callCsvColumns, calls);
    terminal.out(hasTitle ? text.slice(text.indexOf('\r\n') + 2) : text);
    hasTitle = true;
  };
}

/** Room for calls that are not known yet. */
const leastWidths = [19, 26, 6, 12, 40, 24, 8, 9, 6, 0];

function tablePrinter(terminal: Terminal, isFollowing: boolean): (calls: readonly RequestRecord[]) => void {
  let widths: number[] | undefined;
  return (calls) => {
    if (widths === undefined) {
      if (calls.length === 0 && !isFollowing) return;
      widths = columnWidths(callColumns, calls);
      if (isFollowing) widths = widths.map((width, i) => Math.max(width, leastWidths[i] ?? 0));
      terminal.out(tableText(callColumns, calls, terminal.colour, widths));
    } else {
      for (const call of calls) terminal.out(`${rowText(callColumns, call, terminal.colour, widths)}\n`);
    }
  };
}
