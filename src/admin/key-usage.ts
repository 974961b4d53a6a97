/** What keys have used this month and when they were last used; what lists are ordered by is asked for now and then, not for every page. */
import type { LedgerStore } from '../storage/ledger.ts';
import type { AdminContext } from './context.ts';
import type { KeyView } from './key-view.ts';

export interface KeyUsage {
  requests: number;
  tokens: number;
  costNano: number;
}

/** Of some keys, exact. */
export interface KeyUsages {
  of(id: string): KeyUsage;
  lastUsedAtMs(id: string): number | undefined;
}

/** What lists are ordered by: id → nano-dollars of the keys that cost most, or milliseconds. */
type Ranks = ReadonlyMap<string, number>;
type Ranked = 'spend' | 'lastUsedAt';

const nothing: KeyUsage = { requests: 0, tokens: 0, costNano: 0 };
const keptMs = 2_000;

export class KeyUsageReader {
  readonly #context: AdminContext;
  readonly #kept = new Map<Ranked, { atMs: number; ranks: Promise<Ranks> }>();

  constructor(context: AdminContext) {
    this.#context = context;
  }

  /** The ledger tells the dearest 10,000: a list by spend is in order as far as that. */
  ranks(by: Ranked): Promise<Ranks> {
    const now = this.#context.nowMs();
    const kept = this.#kept.get(by);
    if (kept !== undefined && now - kept.atMs < keptMs) return kept.ranks;
    const ranks = readRanks(this.#context.ledger, by, monthStartMs(now));
    // What failed is not kept.
    ranks.catch(() => this.#kept.delete(by));
    this.#kept.set(by, { atMs: now, ranks });
    return ranks;
  }

  async ofKeys(ids: readonly string[]): Promise<KeyUsages> {
    const { ledger, nowMs } = this.#context;
    if (ledger === undefined || ids.length === 0) return { of: () => nothing, lastUsedAtMs: () => undefined };
    const fromMs = monthStartMs(nowMs());
    // Of one key an index knows the calls.
    const filter = ids.length === 1 ? { fromMs, key: ids[0]! } : { fromMs };
    const rows = await ledger.usage(filter, { groupBy: ['key'], among: ids });
    const lastUsed = await ledger.lastUsed(ids);
    const byKey = new Map(rows.map((row) => [row.group['key'] ?? '', figures(row)]));
    return { of: (id) => byKey.get(id) ?? nothing, lastUsedAtMs: (id) => lastUsed.get(id) };
  }
}

export function monthStartMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
}

async function readRanks(ledger: LedgerStore | undefined, by: Ranked, fromMs: number): Promise<Ranks> {
  if (ledger === undefined) return new Map();
  if (by === 'lastUsedAt') return ledger.lastUsed();
  const rows = await ledger.usage({ fromMs }, { groupBy: ['key'] });
  return new Map(rows.map(({ group, costNano }) => [group['key'] ?? '', costNano]));
}

function figures({ requests, tokens, costNano }: KeyUsage): KeyUsage {
  return { requests, tokens, costNano };
}

export function withUsage(view: KeyView, usages: KeyUsages): object {
  const at = usages.lastUsedAtMs(view.id);
  return {
    ...view,
    ...(at === undefined ? {} : { lastUsedAt: new Date(at).toISOString() }),
    usage: usages.of(view.id),
  };
}
