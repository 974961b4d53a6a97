/** Budgets as the data path knows them: plain data (they cross a thread border with the snapshot), units all integers. */
import type { LabelSelector } from '../config/objects.ts';

/** `usd` counts nano-dollars (10⁻⁹ US dollars); at most 9,007,199 dollars fit a counter exactly. */
export type BudgetUnit = 'tokens' | 'inputTokens' | 'outputTokens' | 'requests' | 'usd' | 'concurrency';

export type CalendarPeriod = 'Minute' | 'Hour' | 'Day' | 'Week' | 'Month' | 'Quarter' | 'Year';

export type BudgetWindow =
  | { type: 'calendar'; period: CalendarPeriod; timeZone: string }
  | { type: 'rolling'; seconds: number }
  | { type: 'lifetime' };

/** What happens at the limit. `Report` counts and tells but never refuses. */
export type ExceededAction =
  | { type: 'Reject' }
  | { type: 'SwitchModel'; model: string }
  | { type: 'Delay'; maxMs: number }
  | { type: 'Report' };

export interface BudgetOverride {
  fromMs: number;
  /** Not included. */
  toMs: number;
  limit: number;
  reason?: string;
}

export interface BudgetAlert {
  /** Share of the limit. */
  atPercent: number;
  /** Name of a Secret in the budget's namespace. */
  webhook: string;
}

export interface Budget {
  /** `namespace/name`; for a key's own limits `<key id>#requestsPerMinute`. */
  name: string;
  unit: BudgetUnit;
  limit: number;
  overrides: BudgetOverride[];
  window: BudgetWindow;
  /** Soft: checked before, charged after. */
  hard: boolean;
  onExceeded: ExceededAction;
  failOpen: boolean;
  defaultOutputTokens: number;
  minimumOutputTokens: number;
  labels: LabelSelector;
  /** CEL; absent: labels alone decide. */
  expression?: string;
  groupBy: string[];
  alerts: BudgetAlert[];
}

/** What a key itself is limited to. */
export interface KeyLimits {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  concurrency?: number;
}

/** One counter that a call draws on. */
export interface ReservationItem {
  budget: string;
  /** Values of `groupBy`, joined; '' when one counter is shared by all. */
  group: string;
  unit: BudgetUnit;
  /** Unix seconds; the last slice is the one that is charged. Calendar and lifetime windows have one. */
  slices: number[];
  keepSeconds: number;
  resetsAtSeconds: number;
  limit: number;
  /** Reserved whatever the output will be. */
  fixed: number;
  /** Reserved for each output token. */
  perOutputToken: number;
  enforce: 'hard' | 'soft' | 'report';
}

export interface ReservationRequest {
  items: ReservationItem[];
  /** Output tokens asked for; 0 for calls that have no output. */
  wantedOutput: number;
  /** Fewer than this are not worth a call. */
  minimumOutput: number;
}

export interface Reading {
  used: number;
  reserved: number;
}

/** `granted` is how many output tokens may be used. Readings are those before this call, in the order of the items. */
export type ReservationOutcome =
  | { granted: number; readings: Reading[] }
  | { refusedBy: number; readings: Reading[] };

/** What a call that was let through gives back and has used, per item. */
export interface Charge {
  item: ReservationItem;
  /** As reserved. */
  release: number;
  used: number;
}
