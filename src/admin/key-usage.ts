/** What each key has used this month and when it was last used. Asked of the ledger now and then, not for every page. */
import type { LedgerStore } from '../storage/ledger.ts';
import type { AdminContext } from './context.ts';
import type { KeyView } from './key-view.ts';

export interface KeyUsage {
  requests: number;
  tokens: number;
  costNano: number;
}

/** Of the keys that were asked for. */
export interface KeyUsages {
  of(id: string): KeyUsage;
  lastUsedAtMs(id: string): number | undefined;
}

interface AllKeyUsages extends KeyUsages {
  /** Id → cost, of the keys that cost something. */
  spend(): ReadonlyMap<string, number>;
  /** Id → milliseconds. */
  lastUsed(): ReadonlyMap<string, number>;
}

const nothing: KeyUsage = { requests: 0, tokens: 0, costNano: 0 };
const none: ReadonlyMap<string, number> = new Map();
const keptMs = 2_000;
/** The ledger gives no more rows than this, dearest first: beyond it, keys are asked for one by one. */
const maxRows = 10_000;

export class KeyUsageReader {
  readonly #context: AdminContext;
  #kept: { atMs: number; usages: Promise<AllKeyUsages> } | undefined;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  /** Of all keys: to put them in order. */
  readAll(): Promise<AllKeyUsages> {
    const now = this.#context.nowMs();
    if (this.#kept === undefined || now - this.#kept.atMs >= keptMs) {
      const usages = read(this.#context.ledger, monthStartMs(now));
      // What failed is not kept.
      usages.catch(() => {
        this.#kept = undefined;
      });
      this.#kept = { atMs: now, usages };
    }
    return this.#kept.usages;
  }

  /** What the calls of other keys are does not matter to how long it takes, where the ledger can tell. */
  async read(ids: readonly string[]): Promise<KeyUsages> {
    const { ledger, nowMs } = this.#context;
    if (ledger?.usageOf === undefined) return ids.length === 1 ? this.#readOne(ids[0]!) : this.readAll();
    const found = ledger.usageOf(ids, monthStartMs(nowMs()));
    return {
      of: (id) => figures(found.get(id) ?? nothing),
      lastUsedAtMs: (id) => found.get(id)?.lastUsedMs,
    };
  }

  /** Exact whatever the number of keys. */
  async #readOne(id: string): Promise<KeyUsages> {
    const { ledger, nowMs } = this.#context;
    const [row] = (await ledger?.usage({ key: id, fromMs: monthStartMs(nowMs()) }, { groupBy: [] })) ?? [];
    const { lastUsedAtMs } = await this.readAll();
    return { of: () => (row === undefined ? nothing : figures(row)), lastUsedAtMs };
  }
}

export function monthStartMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
}

async function read(ledger: LedgerStore | undefined, fromMs: number): Promise<AllKeyUsages> {
  if (ledger === undefined)
    return { of: () => nothing, lastUsedAtMs: () => undefined, spend: () => none, lastUsed: () => none };
  const rows = await ledger.usage({ fromMs }, { groupBy: ['key'] });
  const lastUsed = await ledger.lastUsed();
  const byKey = new Map(rows.slice(0, maxRows).map((row) => [row.group['key'] ?? '', figures(row)]));
  return {
    of: (id) => byKey.get(id) ?? nothing,
    lastUsedAtMs: (id) => lastUsed.get(id),
    spend: () => new Map([...byKey].map(([id, { costNano }]) => [id, costNano])),
    lastUsed: () => lastUsed,
  };
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
