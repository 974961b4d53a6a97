export type BudgetUnit = 'tokens' | 'inputTokens' | 'outputTokens' | 'requests' | 'usd' | 'concurrency';

export interface BudgetCounter {
  group: string;
  /** US dollars as decimal text, everything else as a number. */
  limit: number | string;
  used: number | string;
  reserved: number | string;
  remaining: number | string;
  resetsAt?: string;
}

/** What the form edits; other fields of a spec are kept as they are. */
export interface BudgetSpec {
  selector?: { matchLabels?: Record<string, string>; expression?: string; [field: string]: unknown };
  groupBy?: string[];
  limit: Partial<Record<BudgetUnit, number | string>>;
  window?: { calendar?: string; timeZone?: string; rolling?: string; lifetime?: boolean };
  enforcement?: string;
  onExceeded?: { action?: string; model?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Budget {
  namespace: string;
  name: string;
  spec: BudgetSpec;
  status: 'ok' | 'invalid';
  message?: string;
  counters: BudgetCounter[];
  unit: BudgetUnit;
  resourceVersion: string;
  forecast?: { runsOutAt?: string; perDay: number | string };
}
