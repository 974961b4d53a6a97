/** Whether an object of a JSON text says a name twice, which `JSON.parse` does not tell: what is read is fewer than what is written. */
export function hasDuplicates(text: string, parsed: unknown): boolean {
  return namesWritten(text) !== namesRead(parsed);
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** Outside of strings a colon follows a name, and nothing else. The text is JSON already. */
function namesWritten(text: string): number {
  let names = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isInString && unit === backslash) at++;
    else if (unit === quote) isInString = !isInString;
    else if (unit === colon && !isInString) names++;
  }
  return names;
}

function namesRead(parsed: unknown): number {
  let names = 0;
  const open = [parsed];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const values: unknown[] = Object.values(value);
    if (!Array.isArray(value)) names += values.length;
    for (const one of values) open.push(one);
  }
  return names;
}
