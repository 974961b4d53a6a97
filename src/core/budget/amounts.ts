/** How much of a budget's unit a call may use at most, and how much it used. */
import { totalTokens, type Usage } from '../llm/usage.ts';
import type { BudgetUnit } from './model.ts';

/** The dearest that a model's tokens can be, nano-dollars a token; from the price catalog. */
export interface PriceBound {
  input: number;
  output: number;
}

/** Bound of a call: what is reserved whatever comes, and for each output token. */
export function boundOf(
  unit: BudgetUnit,
  inputTokens: number,
  price: PriceBound | undefined,
): { fixed: number; perOutputToken: number } {
  switch (unit) {
    case 'tokens':
      return { fixed: inputTokens, perOutputToken: 1 };
    case 'inputTokens':
      return { fixed: inputTokens, perOutputToken: 0 };
    case 'outputTokens':
      return { fixed: 0, perOutputToken: 1 };
    case 'requests':
    case 'concurrency':
      return { fixed: 1, perOutputToken: 0 };
    case 'usd':
      if (price === undefined) throw new UnpricedModel();
      return { fixed: Math.ceil(inputTokens * price.input), perOutputToken: Math.ceil(price.output) };
  }
}

/** A dollar budget cannot hold a model without a price: the call is refused. */
export class UnpricedModel extends Error {
  override readonly name = 'UnpricedModel';
}

export function amountUsed(unit: BudgetUnit, usage: Usage, costNano: number): number {
  switch (unit) {
    case 'tokens':
      return totalTokens(usage);
    case 'inputTokens':
      return usage.inputTokens;
    case 'outputTokens':
      return usage.outputTokens;
    case 'requests':
      return 1;
    case 'usd':
      return costNano;
    case 'concurrency':
      return 0;
  }
}
