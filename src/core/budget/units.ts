/** Dollars as people write them ⇄ the integers that are counted. */
import type { BudgetUnit } from './model.ts';

const nanoPerUsd = 1_000_000_000;
const decimal = /^(\d{1,7})(?:\.(\d{1,9}))?$/;

/** `25.00` → 25,000,000,000. The schema has checked the form; anything else is a fault of the caller. */
export function nanoUsd(text: string): number {
  const match = decimal.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not an amount of dollars`);
  return Number(match[1]) * nanoPerUsd + Number((match[2] ?? '').padEnd(9, '0'));
}

/** 25,000,000,000 → `25.00`; as many decimals as it needs, two at least. */
export function usdText(nano: number): string {
  const sign = nano < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(nano) / nanoPerUsd);
  const fraction = String(Math.abs(nano) % nanoPerUsd)
    .padStart(9, '0')
    .replace(/0{1,7}$/, '');
  return `${sign}${whole}.${fraction}`;
}

/** An amount as a person reads it: `1200 tokens`, `1 request`, `25.00 USD`. */
export function amountText(unit: BudgetUnit, amount: number): string {
  if (unit === 'usd') return `${usdText(amount)} USD`;
  return `${amount} ${amount === 1 ? names[unit].replace(/s\b/, '') : names[unit]}`;
}

const names: Record<Exclude<BudgetUnit, 'usd'>, string> = {
  tokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  requests: 'requests',
  concurrency: 'calls at once',
};
