/** Marks inside a conversation that only some APIs know: what is left behind is told. */
import type { CanonicalRequest, Part } from './model.ts';

export function reportUncarried(
  request: CanonicalRequest,
  drops: string[],
  carries: { toolErrors?: boolean } = {},
): void {
  const parts: Part[] = [...request.system, ...request.messages.flatMap((message) => message.parts)];
  if (parts.some((part) => 'cacheControl' in part && part.cacheControl !== undefined))
    drops.push('cache_control');
  if (
    carries.toolErrors !== true &&
    parts.some((part) => part.type === 'tool-result' && part.isError === true)
  )
    drops.push('is_error');
}

/** Names come from the client: a header takes visible ASCII only, and not without end. */
export function namesOfDrops(drops: readonly string[]): string[] {
  return [...new Set(drops)].slice(0, 20).map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 100));
}
