/**
 * Changes to top-level members of a JSON object's text that leave every other byte alone: number notation, member order,
 * unknown fields and duplicate escapes survive. The text must be known to parse (JSON.parse went through).
 */

interface Member {
  name: string;
  /** Start of the name's opening quote. */
  start: number;
  valueStart: number;
  valueEnd: number;
}

/** Sets members to JSON texts (`undefined` leaves one out), replacing in place or appending at the end. */
export function patchObjectText(text: string, changes: Readonly<Record<string, string | undefined>>): string {
  const members = topLevelMembers(text);
  const edits: { from: number; to: number; with: string }[] = [];
  const missing: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    // The last of several wins in every JSON parser; changing all of them leaves no second reading.
    const present = members.filter((member) => member.name === name);
    if (value === undefined) {
      for (const member of present) edits.push({ ...removal(text, members, member), with: '' });
    } else if (present.length === 0) missing.push(`${JSON.stringify(name)}:${value}`);
    else
      for (const member of present) edits.push({ from: member.valueStart, to: member.valueEnd, with: value });
  }
  let result = text;
  for (const edit of edits.sort((a, b) => b.from - a.from)) {
    result = result.slice(0, edit.from) + edit.with + result.slice(edit.to);
  }
  return missing.length === 0 ? result : append(result, missing);
}

function append(text: string, members: readonly string[]): string {
  const close = text.lastIndexOf('}');
  let last = close - 1;
  while (isSpace(text.charCodeAt(last))) last--;
  const comma = text[last] === '{' ? '' : ',';
  return text.slice(0, last + 1) + comma + members.join(',') + text.slice(last + 1);
}

/** Takes one comma along: the one before, or for the first member the one behind. */
function removal(text: string, members: readonly Member[], member: Member): { from: number; to: number } {
  const index = members.indexOf(member);
  const before = members[index - 1];
  if (before !== undefined) return { from: before.valueEnd, to: member.valueEnd };
  const after = members[index + 1];
  return {
    from: member.start,
    to: after === undefined ? member.valueEnd : text.indexOf('"', member.valueEnd),
  };
}

function topLevelMembers(text: string): Member[] {
  const members: Member[] = [];
  let at = skipSpace(text, text.indexOf('{') + 1);
  while (text[at] === '"') {
    const nameEnd = stringEnd(text, at);
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    members.push({ name: JSON.parse(text.slice(at, nameEnd)) as string, start: at, valueStart, valueEnd });
    at = skipSpace(text, valueEnd);
    if (text[at] !== ',') break;
    at = skipSpace(text, at + 1);
  }
  return members;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') return scalarEnd(text, start);
  let depth = 0;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = stringEnd(text, at);
      continue;
    }
    if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
    at++;
    if (depth === 0) return at;
  }
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isSpace(text.charCodeAt(at)) && !',}]'.includes(text[at]!)) at++;
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
