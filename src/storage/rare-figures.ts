/** Figures that few calls have: kept in rows of their own, so that entering all others costs nothing more. */
import { tokensByKind } from '../core/llm/usage-kinds.ts';
import type { RequestRecord } from '../core/record.ts';

/** Named as in `UsageFigures`, in the order of the columns. */
export const rareFigures = [
  'cacheWrite1hTokens',
  'audioInputTokens',
  'cachedAudioTokens',
  'imageInputTokens',
  'audioOutputTokens',
  'imageOutputTokens',
  'estimated',
] as const;

/** In that order; undefined for a call that has none. */
export function rareFiguresOf({ llm }: RequestRecord): number[] | undefined {
  const usage = llm?.usage;
  if (usage === undefined) return undefined;
  if (usage.media === undefined && !usage.cacheWrite1hTokens && !usage.estimated) return undefined;
  const figures = { ...tokensByKind(usage), estimated: usage.estimated ? 1 : 0 };
  const found = rareFigures.map((name) => figures[name]);
  return found.some((figure) => figure !== 0) ? found : undefined;
}
