/** Contract of the ledger: one record for each call that was made with a key or to a model, kept for good and reported on. */
import type { BudgetUnit } from '../core/budget/model.ts';
import type { TokenKind } from '../core/llm/usage-kinds.ts';
import type { CallOutcome } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';

/** Where a journal file was read to: written in the same transaction as the records, so nothing is entered twice. */
export interface JournalPosition {
  file: string;
  /** Bytes. */
  offset: number;
}

/** Every field that is there must hold. Times are Unix milliseconds, `toMs` not included. */
export interface LedgerFilter {
  fromMs?: number;
  toMs?: number;
  /** `KeyIdentity.id`. */
  key?: string;
  user?: string;
  /** The model asked for or the one that answered. */
  model?: string;
  provider?: string;
  /** `namespace/name`. */
  route?: string;
  outcome?: CallOutcome;
  labels?: Record<string, string>;
  /** Found anywhere in the record, in any case. */
  search?: string;
}

/** What reports are grouped by; `label:NAME` is a label of the key. */
export type UsageDimension = 'user' | 'key' | 'model' | 'provider' | 'route' | `label:${string}`;

export interface UsageQuery {
  groupBy: readonly UsageDimension[];
  bucket?: 'hour' | 'day' | 'week' | 'month';
  /** IANA name, of the buckets; default UTC. Weeks begin on Monday. */
  timeZone?: string;
  /** Only groups whose first dimension has one of these values. */
  among?: readonly string[];
  /** Only groups with this text in one of these names; in any case, of ASCII letters. */
  named?: { text: string; in: readonly UsageDimension[] };
  /**
   * Without buckets: what rows are ordered by, most first unless `ascending`; default by cost, then tokens. `group`: by the
   * names, one after the other, compared by their characters' codes.
   */
  sort?: { by: keyof UsageFigures | 'group'; ascending?: boolean };
  /** Without buckets: these rows only, each with the number of all `groups`. */
  page?: { limit: number; offset: number };
}

/** Kinds of tokens overlap: see `partOf`. */
export interface UsageFigures extends Record<TokenKind, number> {
  requests: number;
  refused: number;
  failed: number;
  /** Input and output. */
  tokens: number;
  costNano: number;
  /** Calls with usage whose model has no price. */
  unpriced: number;
  /** Calls whose usage is in part or whole our estimate. */
  estimated: number;
}

export interface UsageRow extends UsageFigures {
  /** Dimension → value; '' where the record has none. */
  group: Record<string, string>;
  bucketStartMs?: number;
  /** On all pages; where a page was asked for. */
  groups?: number;
}

/** What records were charged to one counter, added up. */
export interface ChargedSum {
  budget: string;
  unit: BudgetUnit;
  group: string;
  /** Unix seconds. */
  windowStart: number;
  windowSeconds: number;
  used: number;
}

/** What calls are ordered by; those of one moment, cost, … in an order that stays. */
export interface CallOrder {
  by: 'time' | 'cost' | 'tokens' | 'duration';
  /** Least first. */
  ascending?: boolean;
}

export interface CallPage {
  limit: number;
  /** Id of the last record of the page before, in the same order. */
  before?: string;
  /** Default: newest first. */
  order?: CallOrder;
}

export interface LedgerStore {
  /**
   * All or nothing. A record whose id is there already is left as it is. `positions` are all that matter from now on: those of
   * other files are forgotten.
   */
  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): void | Promise<void>;
  positions(): JournalPosition[] | Promise<JournalPosition[]>;
  get(id: string): RequestRecord | undefined | Promise<RequestRecord | undefined>;
  search(
    filter: LedgerFilter,
    page: CallPage,
  ): { records: RequestRecord[]; next?: string } | Promise<{ records: RequestRecord[]; next?: string }>;
  /** Names of labels that keys had whose calls pass; `labels` and the time are heeded alone. */
  labelNames(filter: LedgerFilter): string[] | Promise<string[]>;
  /** Rows in the order of their bucket, then as `query.sort` says; at most 10,000. Exact, from sums where there are such. */
  usage(filter: LedgerFilter, query: UsageQuery): UsageRow[] | Promise<UsageRow[]>;
  /** Milliseconds of calls that were answered: within one in a hundred where they are more than 20,000. */
  latency(filter: LedgerFilter): Latencies | Promise<Latencies>;
  /**
   * Sums of `record.budgets`, for windows that had not ended when the newest record began; kept up with every `append`, and not
   * lessened by `prune`. Of windows that began before `sinceMs` (Unix ms) not every call is known.
   */
  charged(): Charged | Promise<Charged>;
  /** Adds to those sums what no record tells: after somebody decided that the counters are right. */
  correctCharged?(sums: readonly ChargedSum[]): void | Promise<void>;
  /** Begin of each key's last call, Unix ms; of these `keys` only. */
  lastUsed(keys?: readonly string[]): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
  /** How much there is. */
  extent(): LedgerExtent | Promise<LedgerExtent>;
  /** Deletes records that began before, the oldest first and `atMost` so many (default: all); returns how many. */
  prune(beforeMs: number, atMost?: number): number | Promise<number>;
  close(): void | Promise<void>;
}

export interface LedgerExtent {
  /** When the oldest call began, Unix ms; absent: there is none. */
  oldestMs?: number;
  /** That the store takes for it. */
  bytes: number;
}

export interface Charged {
  sinceMs: number;
  sums: ChargedSum[];
}

export interface Latencies {
  durationMs?: { p50: number; p95: number };
  timeToFirstTokenMs?: { p50: number; p95: number };
}
