export type ServiceTier = 'priority' | 'flex' | 'batch';

/** Tokens of one call, normalised to one definition whatever the provider counts. */
export interface Usage {
  /** All input, cached reads and cache writes included (Anthropic and Bedrock report them apart; OpenAI inside). */
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  /** Of the cache writes, those kept for an hour: they cost more than those kept for five minutes. */
  cacheWrite1hTokens: number;
  /** All output, reasoning included. */
  outputTokens: number;
  reasoningTokens: number;
  /** Absent: none was reported. */
  media?: MediaTokens;
  /** How fast it was served, where that has a price of its own. */
  serviceTier?: ServiceTier;
  /** True when any figure is our estimate because the provider did not report it. */
  estimated: boolean;
}

export type MediaKind = 'audioInput' | 'cachedAudio' | 'imageInput' | 'audioOutput' | 'imageOutput';

/** Of a call's tokens, those of sound and pictures: some models have prices of their own for them. `cachedAudio` is of the cached input. */
export type MediaTokens = { [kind in MediaKind]?: number };

/** For an object spread: nothing where nothing was reported. */
export function mediaOf(counts: { [kind in MediaKind]?: unknown }): { media?: MediaTokens } {
  let media: MediaTokens | undefined;
  for (const kind in counts) {
    const count = counts[kind as MediaKind];
    if (typeof count === 'number' && count > 0) media = { ...media, [kind]: Math.round(count) };
  }
  return media === undefined ? {} : { media };
}

function sumOfMedia(a: MediaTokens = {}, b: MediaTokens = {}): { media?: MediaTokens } {
  const sum = { ...a };
  for (const kind in b) sum[kind as MediaKind] = (a[kind as MediaKind] ?? 0) + (b[kind as MediaKind] ?? 0);
  return mediaOf(sum);
}

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
};

/** An estimate is never above what the provider was told that it may write. */
export function withinLimit(usage: Usage, maxOutputTokens: number | undefined): Usage {
  if (!usage.estimated || maxOutputTokens === undefined || usage.outputTokens <= maxOutputTokens)
    return usage;
  return { ...usage, outputTokens: maxOutputTokens };
}

/** Of two attempts of one call. */
export function sumOf(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    ...sumOfMedia(a.media, b.media),
    ...(b.serviceTier !== undefined && { serviceTier: b.serviceTier }),
    estimated: a.estimated || b.estimated,
  };
}

export function totalTokens(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens;
}

/** Of the names that providers give; what is not listed has the standard price. */
export function serviceTierOf(name: unknown): { serviceTier?: ServiceTier } {
  return name === 'priority' || name === 'flex' || name === 'batch' ? { serviceTier: name } : {};
}
