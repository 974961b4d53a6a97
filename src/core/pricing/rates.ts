/**
 * Prices as integers: nano-dollars per million tokens (US dollars per million tokens with nine decimals). A call's cost is
 * their product with the tokens, divided once at the end and rounded up, so nothing is lost on the way.
 */
import type { Usage } from '../llm/usage.ts';

export interface Rates {
  input: bigint;
  output: bigint;
  cacheRead: bigint;
  cacheWrite: bigint;
  /** Kept for an hour. */
  cacheWrite1h: bigint;
  reasoning: bigint;
}

export interface RatesText {
  input?: string;
  output?: string;
  cacheRead?: string;
  cacheWrite?: string;
  cacheWrite1h?: string;
  reasoning?: string;
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

const kinds = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'reasoning'] as const;

function unreadable(kind: string, text: string | undefined): string {
  return `rates.${kind} ${JSON.stringify(text)} is not a decimal number`;
}

/**
 * What is not listed falls back to what it is a kind of: cached input to input (never below what the provider may charge),
 * reasoning to output. What is listed and cannot be read, or no input price at all, is no price: an error names it.
 */
export function parseRates(texts: RatesText): Rates | string {
  for (const kind of kinds) {
    const text = texts[kind];
    if ((kind === 'input' || text !== undefined) && parseRate(text) === undefined)
      return unreadable(kind, text);
  }
  const input = parseRate(texts.input)!;
  const output = parseRate(texts.output) ?? 0n;
  const cacheWrite = parseRate(texts.cacheWrite) ?? input;
  return {
    input,
    output,
    cacheRead: parseRate(texts.cacheRead) ?? input,
    cacheWrite,
    cacheWrite1h: parseRate(texts.cacheWrite1h) ?? cacheWrite,
    reasoning: parseRate(texts.reasoning) ?? output,
  };
}

/**
 * Rates that hold instead of others: a longer context, a faster service. What they do not list goes up or down as their input
 * (or output) does. An error names what can't be read.
 */
export function overlayRates(base: Rates, texts: RatesText): Rates | string {
  const input = parseRate(texts.input) ?? base.input;
  const output = parseRate(texts.output) ?? base.output;
  for (const kind of kinds) {
    const text = texts[kind];
    if (text !== undefined && parseRate(text) === undefined) return unreadable(kind, text);
  }
  const scaled = (rate: bigint, from: bigint, to: bigint) =>
    from === 0n ? to : (rate * to + from - 1n) / from;
  const cacheWrite = parseRate(texts.cacheWrite) ?? scaled(base.cacheWrite, base.input, input);
  return {
    input,
    output,
    cacheRead: parseRate(texts.cacheRead) ?? scaled(base.cacheRead, base.input, input),
    cacheWrite,
    cacheWrite1h: parseRate(texts.cacheWrite1h) ?? scaled(base.cacheWrite1h, base.cacheWrite, cacheWrite),
    reasoning: parseRate(texts.reasoning) ?? scaled(base.reasoning, base.output, output),
  };
}

/** Of each kind the dearer. */
export function dearerOf(a: Rates, b: Rates): Rates {
  const max = (name: keyof Rates) => (a[name] > b[name] ? a[name] : b[name]);
  return {
    input: max('input'),
    output: max('output'),
    cacheRead: max('cacheRead'),
    cacheWrite: max('cacheWrite'),
    cacheWrite1h: max('cacheWrite1h'),
    reasoning: max('reasoning'),
  };
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
  return Number((total + perMillion - 1n) / perMillion);
}

/** The dearest that one token can be, nano-dollars (a fraction where a token costs less than one). */
export function dearest(all: readonly Rates[]): { input: number; output: number } {
  const max = (values: bigint[]) => Number(values.reduce((a, b) => (a > b ? a : b), 0n)) / Number(perMillion);
  return {
    input: max(all.flatMap((rates) => [rates.input, rates.cacheRead, rates.cacheWrite, rates.cacheWrite1h])),
    output: max(all.flatMap(({ output, reasoning }) => [output, reasoning])),
  };
}
