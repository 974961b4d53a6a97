/** Keys given twice in one JSON object, which JSON.parse hides by keeping the last. */

/** One message per duplicate, with its path. `text` must be valid JSON. One pass, no recursion. */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at++) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '{':
        frames.push({ path: childPath(frame), keys: new Set(), key: undefined, index: 0 });
        break;
      case '[':
        frames.push({ path: childPath(frame), keys: undefined, key: undefined, index: 0 });
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (frame !== undefined) {
          frame.index++;
          frame.key = undefined;
        }
        break;
      case '"': {
        const end = endOfString(text, at);
        if (frame?.keys !== undefined && frame.key === undefined)
          noteKey(frame, text.slice(at, end + 1), found);
        at = end;
      }
    }
  }
  return found;
}

interface Frame {
  path: string;
  /** Undefined for an array. */
  keys: Set<string> | undefined;
  /** The key whose value is being read. */
  key: string | undefined;
  index: number;
}

function noteKey(frame: Frame, quoted: string, found: string[]): void {
  const key = JSON.parse(quoted) as string;
  frame.key = key;
  if (frame.keys!.has(key))
    found.push(`duplicate field "${frame.path === '' ? key : `${frame.path}.${key}`}"`);
  frame.keys!.add(key);
}

function childPath(parent: Frame | undefined): string {
  if (parent === undefined) return '';
  if (parent.keys === undefined) return `${parent.path}[${parent.index}]`;
  return parent.path === '' ? parent.key! : `${parent.path}.${parent.key}`;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
