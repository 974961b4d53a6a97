import { noFigures } from '../../../../src/storage/no-figures.ts';
/** The range to compare with, and what was used in both, side by side. */
import type { UsageReport, UsageRow } from '../../api/types.ts';
import type { Range } from '../../components/range.ts';

export const comparisons = ['before', 'year'] as const;
export type Comparison = (typeof comparisons)[number];

/** `before`: as long, and ends where the range begins; whole months before whole months. `year`: the same days a year earlier. */
export function rangeBefore({ from, to }: Range, comparison: Comparison, now: Date): Required<Range> {
  const begin = new Date(from);
  const end = to === undefined ? now : new Date(to);
  const moved = (date: Date, years: number, months: number) => {
    const [day, month] = [date.getDate(), date.getMonth() + months];
    const last = new Date(date.getFullYear() + years, month + 1, 0).getDate();
    return new Date(
      date.getFullYear() + years,
      month,
      Math.min(day, last),
      date.getHours(),
      date.getMinutes(),
      date.getSeconds(),
    ).toISOString();
  };
  if (comparison === 'year') return { from: moved(begin, -1, 0), to: moved(end, -1, 0) };
  // The first of a month at midnight: finance means the month before, however many days it has.
  if (begin.getDate() === 1 && begin.getHours() === 0) {
    const months = Math.max(
      1,
      (end.getFullYear() - begin.getFullYear()) * 12 +
        end.getMonth() -
        begin.getMonth() +
        (to === undefined ? 1 : 0),
    );
    return { from: moved(begin, 0, -months), to: moved(end, 0, -months) };
  }
  const length = end.getTime() - begin.getTime();
  return { from: new Date(begin.getTime() - length).toISOString(), to: from };
}

export interface ComparedRow extends UsageRow {
  costNanoBefore: number;
}

/** Groups of now with their cost before; where all of them are here, also those that used something only before. */
export function comparedRows(
  { rows, groups = rows.length }: UsageReport,
  before: UsageReport | undefined,
): ComparedRow[] {
  const nameOf = ({ group }: UsageRow) => JSON.stringify(Object.entries(group).sort());
  const earlier = new Map(before?.rows.map((row) => [nameOf(row), row]));
  const now = rows.map((row) => {
    const costNanoBefore = earlier.get(nameOf(row))?.costNano ?? 0;
    earlier.delete(nameOf(row));
    return { ...row, costNanoBefore };
  });
  if (groups > rows.length) return now;
  const gone = [...earlier.values()].map(({ group, costNano }) => ({
    ...noFigures,
    group,
    costNanoBefore: costNano,
  }));
  return [...now, ...gone];
}

/** `+12 %`; undefined where there is nothing to compare with. */
export function percentChange(now: number, before: number): string | undefined {
  if (before === 0) return undefined;
  const percent = Math.round((now / before - 1) * 100);
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toLocaleString('en')} %`;
}
