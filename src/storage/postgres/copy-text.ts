/** Rows in the text format of COPY. */

type CopyValue = string | number | null | undefined;

/** One line. What is not there is NULL; characters that Postgres has no place for become U+FFFD. */
export function copyRow(values: readonly CopyValue[]): string {
  let line = '';
  let separator = '';
  for (const value of values) {
    line += separator;
    separator = '\t';
    if (value === null || value === undefined) line += '\\N';
    else line += typeof value === 'number' ? value : escaped(value);
  }
  return `${line}\n`;
}

/** Postgres' text has no NUL. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

const special = /[\\\t\n\r\0]/;
const escapes: Record<string, string> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};

function escaped(text: string): string {
  return special.test(text) ? text.replace(/[\\\t\n\r\0]/g, (found) => escapes[found]!) : text;
}
