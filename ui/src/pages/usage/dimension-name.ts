import { strings } from '../../strings.ts';

/** `label:team` → `Label team`. */
export function dimensionName(dimension: string): string {
  if (dimension.startsWith('label:')) return strings.usage.label(dimension.slice('label:'.length));
  return strings.usage.groups[dimension] ?? dimension;
}
