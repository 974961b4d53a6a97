/** Contract of the comparison of budget counters with the ledger, and of what brings them together again. */
import type { BudgetUnit } from '../core/budget/model.ts';

export interface CounterDrift {
  /** Of the counter, as `CounterStore.list` gives it. */
  key: string;
  /** Unix seconds. */
  windowStart: number;
  windowSeconds: number;
  /** What the counter says. */
  counted: number;
  /** What the ledger's records add up to. */
  entered: number;
  /** What it counts; absent where the store shortened the key of a counter that the ledger knows nothing of. */
  of?: { budget: string; unit: BudgetUnit; group: string };
}

/** Which side is right: the other one is changed. */
export type Believed = 'ledger' | 'counters';

export interface DriftCheck {
  /** Safe while calls are made. */
  find(): Promise<CounterDrift[]>;
  /** Adds the difference to the side that is not believed, so that calls under way lose nothing. Returns those it could not mend. */
  repair(drifts: readonly CounterDrift[], believed: Believed): Promise<CounterDrift[]>;
}
