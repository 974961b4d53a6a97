/** What each kind of token costs, for reports: of usage that was added up, at the rates of ordinary calls. */
import { type TokenKind, tokenKinds } from '../llm/usage-kinds.ts';
import { lookUp, type PriceCatalog } from './prices.ts';
import { parseRates, type Rates } from './rates.ts';

export type TokensByKind = Readonly<Record<TokenKind, number>>;
/** Nano-dollars times a million, exact. */
export type CostsByKind = Record<TokenKind, bigint>;

export const nanoPerUnit = 1_000_000n;

/** Neither of a long context nor of a service tier; undefined where the model has no price. */
export function ordinaryRates(catalog: PriceCatalog, provider: string, model: string): Rates | undefined {
  const entry = lookUp(catalog, provider, model);
  const rates = entry === undefined ? undefined : parseRates(entry.rates);
  return typeof rates === 'string' ? undefined : rates;
}

/** As `costOf` reckons; what is a part of another kind is in that one's cost too, so input and output are the whole. */
export function costsByKind(tokens: TokensByKind, rates: Rates): CostsByKind {
  const plainInput = Math.max(0, tokens.inputTokens - tokens.cachedInputTokens - tokens.cacheWriteTokens);
  const plainOutput = Math.max(0, tokens.outputTokens - tokens.reasoningTokens);
  const cachedSound = Math.min(tokens.cachedAudioTokens, tokens.cachedInputTokens);
  const heard = Math.min(Math.max(0, tokens.audioInputTokens - cachedSound), plainInput);
  const seen = Math.min(tokens.imageInputTokens, plainInput - heard);
  const spoken = Math.min(tokens.audioOutputTokens, plainOutput);
  const painted = Math.min(tokens.imageOutputTokens, plainOutput - spoken);
  const of = (count: number, rate: bigint) => BigInt(count) * rate;
  const cachedAudioTokens = of(cachedSound, rates.cacheReadAudio);
  const cachedInputTokens = of(tokens.cachedInputTokens - cachedSound, rates.cacheRead) + cachedAudioTokens;
  const cacheWrite1hTokens = of(tokens.cacheWrite1hTokens, rates.cacheWrite1h);
  const cacheWriteTokens =
    of(tokens.cacheWriteTokens - tokens.cacheWrite1hTokens, rates.cacheWrite) + cacheWrite1hTokens;
  const heardNow = of(heard, rates.inputAudio);
  const imageInputTokens = of(seen, rates.inputImage);
  const reasoningTokens = of(tokens.reasoningTokens, rates.reasoning);
  const audioOutputTokens = of(spoken, rates.outputAudio);
  const imageOutputTokens = of(painted, rates.outputImage);
  const text = of(plainInput - heard - seen, rates.input);
  const said = of(plainOutput - spoken - painted, rates.output);
  return {
    inputTokens: text + heardNow + imageInputTokens + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cachedAudioTokens,
    cacheWriteTokens,
    cacheWrite1hTokens,
    audioInputTokens: heardNow + cachedAudioTokens,
    imageInputTokens,
    outputTokens: said + reasoningTokens + audioOutputTokens + imageOutputTokens,
    reasoningTokens,
    audioOutputTokens,
    imageOutputTokens,
  };
}

export const noCosts = Object.fromEntries(tokenKinds.map((kind) => [kind, 0n])) as CostsByKind;

export function sumOfCosts(a: CostsByKind, b: CostsByKind): CostsByKind {
  return Object.fromEntries(tokenKinds.map((kind) => [kind, a[kind] + b[kind]])) as CostsByKind;
}
