/** Usage over time for charts: of the dearest groups, and of all others together, however many there are. */
import type { LedgerFilter, LedgerStore, UsageFigures, UsageQuery, UsageRow } from '../storage/ledger.ts';
import { noFigures } from '../storage/no-figures.ts';

export interface TopRow extends UsageRow {
  /** Of all other groups; its `group` is empty. */
  rest?: true;
}

/** `query` has one dimension and a bucket. */
export async function usageOfTop(
  ledger: Pick<LedgerStore, 'usage'>,
  filter: LedgerFilter,
  query: UsageQuery,
  top: number,
): Promise<TopRow[]> {
  const [dimension] = query.groupBy as [UsageQuery['groupBy'][number]];
  const dearest = await ledger.usage(filter, {
    groupBy: [dimension],
    page: { limit: top + 1, offset: 0 },
  });
  const among = dearest.slice(0, top).map(({ group }) => group[dimension] ?? '');
  const rows = await ledger.usage(filter, { ...query, among });
  if (dearest.length <= top) return rows;
  const totals = await ledger.usage(filter, { ...query, groupBy: [] });
  const named = Map.groupBy(rows, ({ bucketStartMs }) => bucketStartMs);
  return totals.flatMap((total) => {
    const own = named.get(total.bucketStartMs) ?? [];
    const rest = own.reduce<TopRow>(less, { ...total, group: {}, rest: true });
    return rest.requests === 0 ? own : [...own, rest];
  });
}

function less<Row extends UsageFigures>(from: Row, row: UsageFigures): Row {
  const left = { ...from } as UsageFigures;
  for (const name of Object.keys(noFigures) as (keyof UsageFigures)[]) left[name] -= row[name];
  return left as Row;
}
