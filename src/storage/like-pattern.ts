/** Text as a pattern of LIKE that stands for itself; its escape, a backslash, SQLite has to be told, Postgres takes it for granted. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
