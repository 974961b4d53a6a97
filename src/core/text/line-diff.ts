/** What differs between two texts, line by line, as `diff -u` shows it without its head. */

interface Line {
  sign: ' ' | '-' | '+';
  text: string;
}

/** Beyond that many cells the middle is shown as taken away and added: correct, though not the shortest. */
const mostCells = 4_000_000;

/** '' when they are the same. `around` lines of what stays are kept beside each change; `…` stands for the rest. */
export function lineDiff(before: string, after: string, around = 3): string {
  if (before === after) return '';
  const lines = linesOf(split(before), split(after));
  const changed = lines.map(({ sign }) => sign !== ' ');
  const isNear = (place: number) =>
    changed.slice(Math.max(0, place - around), place + around + 1).includes(true);
  const shown: string[] = [];
  let skipped = false;
  for (const [place, { sign, text }] of lines.entries()) {
    if (!isNear(place)) {
      skipped = true;
      continue;
    }
    if (skipped) shown.push('…');
    skipped = false;
    shown.push(`${sign} ${text}`);
  }
  return `${shown.join('\n')}${skipped ? '\n…' : ''}\n`;
}

const split = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function linesOf(before: string[], after: string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** By the longest common subsequence. */
function middle(before: string[], after: string[]): Line[] {
  const [rows, columns] = [before.length, after.length];
  const removed = before.map((text): Line => ({ sign: '-', text }));
  const added = after.map((text): Line => ({ sign: '+', text }));
  if (rows * columns === 0 || rows * columns > mostCells) return [...removed, ...added];
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        before[row] === after[column]
          ? lengths[(row + 1) * width + column + 1]! + 1
          : Math.max(lengths[(row + 1) * width + column]!, lengths[row * width + column + 1]!);
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    if (before[row] === after[column]) {
      lines.push({ sign: ' ', text: before[row]! });
      row += 1;
      column += 1;
    } else if (lengths[(row + 1) * width + column]! >= lengths[row * width + column + 1]!)
      lines.push(removed[row++]!);
    else lines.push(added[column++]!);
  }
  return [...lines, ...removed.slice(row), ...added.slice(column)];
}
