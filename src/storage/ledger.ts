/** Contract of the ledger: one record for each call that was made with a key or to a model, kept for good and reported on. */
import type { BudgetUnit } from '../core/budget/model.ts';
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
}

export interface UsageFigures {
  requests: number;
  refused: number;
  failed: number;
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  /** Input and output. */
  tokens: number;
  costNano: number;
  /** Calls with usage whose model has no price. */
  unpriced: number;
}

export interface UsageRow extends UsageFigures {
  /** Dimension → value; '' where the record has none. */
  group: Record<string, string>;
  bucketStartMs?: number;
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

export interface KeyFigures {
  requests: number;
  tokens: number;
  costNano: number;
  lastUsedMs: number;
}

export interface LedgerStore {
  /**
   * All or nothing. A record whose id is there already is left as it is. `positions` are all that matter from now on: those of
   * other files are forgotten.
   */
  append(records: readonly RequestRecord[], positions: readonly JournalPosition[]): void | Promise<void>;
  positions(): JournalPosition[] | Promise<JournalPosition[]>;
  get(id: string): RequestRecord | undefined | Promise<RequestRecord | undefined>;
  /** Newest first; `before` is the id of the last record of the page before. */
  search(
    filter: LedgerFilter,
    page: { limit: number; before?: string },
  ): { records: RequestRecord[]; next?: string } | Promise<{ records: RequestRecord[]; next?: string }>;
  /** Rows in the order of their bucket, then by cost and tokens, most first; at most 10,000. */
  usage(filter: LedgerFilter, query: UsageQuery): UsageRow[] | Promise<UsageRow[]>;
  /** Milliseconds of calls that were answered. */
  latency(filter: LedgerFilter): Latencies | Promise<Latencies>;
  /**
   * Sums of `record.budgets`, for windows that had not ended when the newest record began; kept up with every `append`, and not
   * lessened by `prune`. Of windows that began before `sinceMs` (Unix ms) not every call is known.
   */
  charged(): Charged | Promise<Charged>;
  /** Adds to those sums what no record tells: after somebody decided that the counters are right. */
  correctCharged?(sums: readonly ChargedSum[]): void | Promise<void>;
  /**
   * Of these keys, those that have calls: what they used since, and begin of the last call, Unix ms. Absent: to ask for all keys is the
   * only way.
   */
  usageOf?(keys: readonly string[], fromMs: number): ReadonlyMap<string, KeyFigures>;
  /** Begin of each key's last call, Unix ms. */
  lastUsed(): ReadonlyMap<string, number> | Promise<ReadonlyMap<string, number>>;
  /** Deletes records that began before, the oldest first and `atMost` so many (default: all); returns how many. */
  prune(beforeMs: number, atMost?: number): number | Promise<number>;
  close(): void | Promise<void>;
}

export interface Charged {
  sinceMs: number;
  sums: ChargedSum[];
}

export interface Latencies {
  durationMs?: { p50: number; p95: number };
  timeToFirstTokenMs?: { p50: number; p95: number };
}
