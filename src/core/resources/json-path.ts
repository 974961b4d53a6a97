/** The simple JSON paths of printer columns: `.a.b`, `[*]`, `[0]`, `[?(@.type=="X")]`. */

export function readPath(object: unknown, path: string): unknown[] {
  let values: unknown[] = [object];
  for (const step of stepsOf(path)) values = values.flatMap((value) => follow(value, step));
  return values.filter((value) => value !== undefined && value !== null);
}

type Step = { field: string } | { index: number } | { all: true } | { where: string; equals: string };

const stepPattern =
  /\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([A-Za-z0-9_-]+)\s*==\s*["']([^"']*)["']\)\]/g;
const parsed = new Map<string, Step[]>();

function stepsOf(path: string): Step[] {
  let steps = parsed.get(path);
  if (steps === undefined) {
    steps = [...path.matchAll(stepPattern)].map(([, field, index, all, where, equals]) => {
      if (field !== undefined) return { field };
      if (index !== undefined) return { index: Number(index) };
      return all === undefined ? { where: where!, equals: equals! } : { all: true };
    });
    parsed.set(path, steps);
  }
  return steps;
}

function follow(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('field' in step) return [(value as Record<string, unknown>)[step.field]];
  const items = Array.isArray(value) ? value : Object.values(value);
  if ('index' in step) return [items[step.index]];
  if ('all' in step) return items;
  return items.filter((item) => (item as Record<string, unknown> | null)?.[step.where] === step.equals);
}
