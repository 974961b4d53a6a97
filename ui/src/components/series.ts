/** Usage rows → what a stacked bar chart draws. */
import type { UsageRow } from '../api/types.ts';
import { strings } from '../strings.ts';

export interface Bar {
  start: string;
  /** One part a group, in the order of `names`. */
  parts: { name: string; costNano: number }[];
  costNano: number;
}

/** Groups with a name of their own. */
export const mostSeries = 6;

/** The dearest groups by name, all others together; a bar for each bucket that has rows. */
export function seriesOf(rows: UsageRow[], groupBy: string): { names: string[]; bars: Bar[] } {
  const nameOf = (row: UsageRow) => row.group[groupBy] || strings.usage.unnamed;
  const totals = sumBy(
    rows.filter(({ rest }) => !rest),
    nameOf,
  );
  const dearest = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = new Set(dearest.length > mostSeries + 1 ? dearest.slice(0, mostSeries) : dearest);
  const hasOthers = dearest.length > shown.size || rows.some(({ rest }) => rest);
  const names = [...shown, ...(hasOthers ? [strings.usage.other] : [])];
  const partOf = (row: UsageRow) => (!row.rest && shown.has(nameOf(row)) ? nameOf(row) : strings.usage.other);
  const starts = [...new Set(rows.flatMap((row) => row.bucketStart ?? []))].sort();
  const byStart = Map.groupBy(rows, (row) => row.bucketStart ?? '');
  const bars = starts.map((start) => {
    const sums = sumBy(byStart.get(start) ?? [], partOf);
    const parts = names.map((name) => ({ name, costNano: sums.get(name) ?? 0 }));
    return { start, parts, costNano: parts.reduce((sum, part) => sum + part.costNano, 0) };
  });
  return { names, bars };
}

function sumBy(rows: UsageRow[], nameOf: (row: UsageRow) => string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(nameOf(row), (sums.get(nameOf(row)) ?? 0) + row.costNano);
  return sums;
}

/** A round number at or above. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
