/**
 * Prices as integers: nano-dollars per million tokens (US dollars per million tokens with nine decimals). A call's cost is
 * their product with the tokens, divided once at the end and rounded up, so nothing is lost on the way.
 */
import type { MediaTokens, Usage } from '../llm/usage.ts';

export interface Rates {
  input: bigint;
  output: bigint;
  cacheRead: bigint;
  cacheWrite: bigint;
  /** Kept for an hour. */
  cacheWrite1h: bigint;
  reasoning: bigint;
  inputAudio: bigint;
  cacheReadAudio: bigint;
  inputImage: bigint;
  outputAudio: bigint;
  outputImage: bigint;
}

export interface RatesText {
  input?: string;
  output?: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  reasoning?: string;
  inputAudio?: string;
  cacheReadAudio?: string;
  inputImage?: string;
  outputAudio?: string;
  outputImage?: string;
  [other: string]: string | undefined;
}

const perMillion = 1_000_000n;
const decimal = /^(\d{1,9})(?:\.(\d{1,9})(\d*))?$/;

/** `2.5` → 2,500,000,000; decimals after the ninth are rounded up. Undefined for what is no decimal number. */
export function parseRate(text: unknown): bigint | undefined {
  const match = typeof text === 'string' ? decimal.exec(text) : null;
  if (match === null) return undefined;
  const [, whole, decimals = '', rest = ''] = match;
  const more = /[1-9]/.test(rest) ? 1n : 0n;
  return BigInt(whole!) * 1_000_000_000n + BigInt(decimals.padEnd(9, '0')) + more;
}

const kinds = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'cacheReadAudio',
  'inputImage',
  'outputAudio',
  'outputImage',
] as const;

function unreadable(kind: string, text: string | undefined): string {
  return `rates.${kind} ${JSON.stringify(text)} is not a decimal number`;
}

/**
 * What is not listed falls back to what it is a kind of: cached input to input (never below what the provider may charge),
 * reasoning to output; output of a model that only paints or speaks, to that. What is listed and cannot be read, or no input price at all, is no price: an error names it.
 */
export function parseRates(texts: RatesText): Rates | string {
  for (const kind of kinds) {
    const text = texts[kind];
    if ((kind === 'input' || text !== undefined) && parseRate(text) === undefined)
      return unreadable(kind, text);
  }
  const input = parseRate(texts.input)!;
  const output =
    parseRate(texts.output) ?? parseRate(texts.outputImage) ?? parseRate(texts.outputAudio) ?? 0n;
  const cacheRead = parseRate(texts.cacheRead) ?? input;
  const cacheWrite = parseRate(texts.cacheWrite) ?? input;
  return {
    input,
    output,
    cacheRead,
    cacheWrite,
    cacheWrite1h: parseRate(texts.cacheWrite1h) ?? cacheWrite,
    reasoning: parseRate(texts.reasoning) ?? output,
    inputAudio: parseRate(texts.inputAudio) ?? input,
    cacheReadAudio: parseRate(texts.cacheReadAudio) ?? cacheRead,
    inputImage: parseRate(texts.inputImage) ?? input,
    outputAudio: parseRate(texts.outputAudio) ?? output,
    outputImage: parseRate(texts.outputImage) ?? output,
  };
}

/**
 * Rates that hold instead of others: a longer context, a faster service. What they do not list goes up or down as their input
 * (or output) does. An error names what can't be read.
 */
export function overlayRates(base: Rates, texts: RatesText): Rates | string {
  const input = parseRate(texts.input) ?? base.input;
  const output = parseRate(texts.output) ?? base.output;
  const ofInput = (rate: bigint) => scaled(rate, base.input, input);
  const ofOutput = (rate: bigint) => scaled(rate, base.output, output);
  for (const kind of kinds) {
    const text = texts[kind];
    if (text !== undefined && parseRate(text) === undefined) return unreadable(kind, text);
  }
  const cacheWrite = parseRate(texts.cacheWrite) ?? ofInput(base.cacheWrite);
  return {
    input,
    output,
    cacheRead: parseRate(texts.cacheRead) ?? ofInput(base.cacheRead),
    cacheWrite,
    cacheWrite1h: parseRate(texts.cacheWrite1h) ?? scaled(base.cacheWrite1h, base.cacheWrite, cacheWrite),
    reasoning: parseRate(texts.reasoning) ?? ofOutput(base.reasoning),
    inputAudio: parseRate(texts.inputAudio) ?? ofInput(base.inputAudio),
    cacheReadAudio: parseRate(texts.cacheReadAudio) ?? ofInput(base.cacheReadAudio),
    inputImage: parseRate(texts.inputImage) ?? ofInput(base.inputImage),
    outputAudio: parseRate(texts.outputAudio) ?? ofOutput(base.outputAudio),
    outputImage: parseRate(texts.outputImage) ?? ofOutput(base.outputImage),
  };
}

function scaled(rate: bigint, from: bigint, to: bigint): bigint {
  return from === 0n ? to : (rate * to + from - 1n) / from;
}

/** Of each kind the dearer. */
export function dearerOf(a: Rates, b: Rates): Rates {
  const dearer = { ...a };
  for (const kind of kinds) if (b[kind] > a[kind]) dearer[kind] = b[kind];
  return dearer;
}

/** Nano-dollars, rounded up to the next whole one. */
export function costOf(usage: Usage, rates: Rates): number {
  const plainInput = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const plainOutput = Math.max(0, usage.outputTokens - usage.reasoningTokens);
  const total =
    BigInt(plainInput) * rates.input +
    BigInt(usage.cachedInputTokens) * rates.cacheRead +
    BigInt(usage.cacheWriteTokens - usage.cacheWrite1hTokens) * rates.cacheWrite +
    BigInt(usage.cacheWrite1hTokens) * rates.cacheWrite1h +
    BigInt(plainOutput) * rates.output +
    BigInt(usage.reasoningTokens) * rates.reasoning;
  const { media } = usage;
  const all = media === undefined ? total : total + mediaExtra(media, usage, rates, plainInput, plainOutput);
  return Number((all + perMillion - 1n) / perMillion);
}

/** What sound and pictures cost beside the price of text that they are counted at already; no more of them than there are tokens. */
function mediaExtra(
  { cachedAudio = 0, audioInput = 0, imageInput = 0, audioOutput = 0, imageOutput = 0 }: MediaTokens,
  usage: Usage,
  rates: Rates,
  plainInput: number,
  plainOutput: number,
): bigint {
  const cached = Math.min(cachedAudio, usage.cachedInputTokens);
  const heard = Math.min(Math.max(0, audioInput - cached), plainInput);
  const seen = Math.min(imageInput, plainInput - heard);
  const spoken = Math.min(audioOutput, plainOutput);
  const painted = Math.min(imageOutput, plainOutput - spoken);
  return (
    BigInt(cached) * (rates.cacheReadAudio - rates.cacheRead) +
    BigInt(heard) * (rates.inputAudio - rates.input) +
    BigInt(seen) * (rates.inputImage - rates.input) +
    BigInt(spoken) * (rates.outputAudio - rates.output) +
    BigInt(painted) * (rates.outputImage - rates.output)
  );
}

export interface Bound {
  input: number;
  output: number;
}

/**
 * The dearest that one token can be, nano-dollars (a fraction where a token costs less than one). Pictures are painted unasked;
 * sound, and pictures to look at, are only in calls that have `media`.
 */
export function dearest(all: readonly Rates[], media: boolean): Bound {
  const max = (names: readonly (keyof Rates)[]) => {
    const values = all.flatMap((rates) => names.map((name) => rates[name]));
    return Number(values.reduce((a, b) => (a > b ? a : b), 0n)) / Number(perMillion);
  };
  const input = ['input', 'cacheRead', 'cacheWrite', 'cacheWrite1h'] as const;
  const output = ['output', 'reasoning', 'outputImage'] as const;
  if (!media) return { input: max(input), output: max(output) };
  return {
    input: max([...input, 'inputAudio', 'cacheReadAudio', 'inputImage']),
    output: max([...output, 'outputAudio']),
  };
}
