/** Budgets that gateways share and that a server without their figures is about to count. */
import { RateLimitUnavailable } from '../ratelimit/model.ts';

/** Nothing is granted yet: gateways still tell what was charged through them, and what they have leased. */
export class BudgetsSettling extends RateLimitUnavailable {
  /** Until calls are granted, ms. */
  readonly openInMs: number;

  constructor(openInMs: number) {
    super(
      "gateways put the budgets' counters together anew, as the server that keeps them is new or lost data",
    );
    this.openInMs = openInMs;
  }
}
