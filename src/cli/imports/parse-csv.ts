/** CSV as spreadsheets write it (RFC 4180): quotes, commas and line ends inside quotes, CRLF or LF, a byte order mark. */

/** Rows of cells; empty lines are left out. An open quote ends with the text. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text.replace(/^\uFEFF/, '');
  const endRow = () => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (rest !== '') {
    const [matched, quoted, plain] = cell.exec(rest)!;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    const separator = /^(,|\r?\n|\r)?/.exec(rest.slice(matched.length))![0];
    rest = rest.slice(matched.length + separator.length);
    if (separator !== ',') endRow();
    else if (rest === '') row.push('');
  }
  if (row.length > 0) endRow();
  return rows;
}

const cell = /^(?:"((?:[^"]+|"")*)"?|([^,\r\n]*))/;
