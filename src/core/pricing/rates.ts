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
  reasoning: bigint;
}

export interface RatesText {
  input?: string;
  output?: string;
  cacheRead?: string;
  cacheWrite?: string;
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

/**
 * What is not listed falls back to what it is a kind of: cached input to input (never below what the provider may charge),
 * reasoning to output. What is listed and cannot be read, or no input price at all, is no price: an error names it.
 */
export function parseRates(texts: RatesText): Rates | string {
  for (const kind of ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const) {
    const text = texts[kind];
    if ((kind === 'input' || text !== undefined) && parseRate(text) === undefined)
      return `rates.${kind} ${JSON.stringify(text)} is not a decimal number`;
  }
  const input = parseRate(texts.input)!;
  const output = parseRate(texts.output) ?? 0n;
  return {
    input,
    output,
    cacheRead: parseRate(texts.cacheRead) ?? input,
    cacheWrite: parseRate(texts.cacheWrite) ?? input,
    reasoning: parseRate(texts.reasoning) ?? output,
  };
}

/** Nano-dollars, rounded up to the next whole one. */
export function costOf(usage: Usage, rates: Rates): number {
  const plainInput = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const plainOutput = Math.max(0, usage.outputTokens - usage.reasoningTokens);
  const total =
    BigInt(plainInput) * rates.input +
    BigInt(usage.cachedInputTokens) * rates.cacheRead +
    BigInt(usage.cacheWriteTokens) * rates.cacheWrite +
    BigInt(plainOutput) * rates.output +
    BigInt(usage.reasoningTokens) * rates.reasoning;
  return Number((total + perMillion - 1n) / perMillion);
}

/** The dearest that one token can be, nano-dollars (a fraction where a token costs less than one). */
export function dearest(all: readonly Rates[]): { input: number; output: number } {
  const max = (values: bigint[]) => Number(values.reduce((a, b) => (a > b ? a : b), 0n)) / Number(perMillion);
  return {
    input: max(all.flatMap(({ input, cacheRead, cacheWrite }) => [input, cacheRead, cacheWrite])),
    output: max(all.flatMap(({ output, reasoning }) => [output, reasoning])),
  };
}
