/** Rows of a CSV text (RFC 4180); commas, semicolons or tabs between, whichever its first line has most of. */
export function readCsv(text: string): string[][] {
  const body = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(body);
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < body.length) {
    const quoted = body[at] === '"' ? quotedCell(body, at) : { cell: '', end: at };
    // What stands between the closing quote and the separator belongs to the cell too.
    const plain = plainCell(body, quoted.end, separator);
    row.push(quoted.cell + plain.cell);
    at = plain.end;
    if (body[at] === separator) {
      at += 1;
      if (at < body.length) continue;
      row.push('');
    }
    at += body.startsWith('\r\n', at) ? 2 : 1;
    if (row.some((one) => one.trim() !== '')) rows.push(row);
    row = [];
  }
  return rows;
}

function separatorOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (separator: string) => first.split(separator).length;
  return [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0]!;
}

function plainCell(text: string, from: number, separator: string): { cell: string; end: number } {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { cell: text.slice(from, end), end };
}

/** A quote that never ends takes the rest: the row it makes is refused where it is checked. */
function quotedCell(text: string, from: number): { cell: string; end: number } {
  let cell = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { cell: cell + text.slice(at), end: text.length };
    cell += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') return { cell, end: at };
    cell += '"';
    at += 1;
  }
}
