/** Quarter hours joined into hours, days, weeks and months of a time zone. */
import type { UsageFigures, UsageQuery, UsageRow } from '../ledger.ts';

/** Every zone's offset is a multiple of it. */
export const quarterHourMs = 900_000;

export function bucketed(
  rows: readonly UsageRow[],
  bucket: NonNullable<UsageQuery['bucket']>,
  timeZone: string,
): UsageRow[] {
  const starts = new Map<number, number>();
  const merged = new Map<string, UsageRow>();
  for (const row of rows) {
    const quarter = row.bucketStartMs!;
    const start = starts.get(quarter) ?? bucketStart(quarter, bucket, timeZone);
    starts.set(quarter, start);
    const id = JSON.stringify([start, row.group]);
    const before = merged.get(id);
    if (before === undefined) merged.set(id, { ...row, bucketStartMs: start });
    else add(before, row);
  }
  return [...merged.values()];
}

function add(to: UsageRow, { group: _, bucketStartMs: __, ...figures }: UsageRow): void {
  for (const name of Object.keys(figures) as (keyof UsageFigures)[]) to[name] += figures[name];
}

function bucketStart(atMs: number, bucket: NonNullable<UsageQuery['bucket']>, timeZone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  if (bucket === 'hour') return at.round({ smallestUnit: 'hour', roundingMode: 'trunc' }).epochMilliseconds;
  const day = at.toPlainDate();
  const first =
    bucket === 'day'
      ? day
      : bucket === 'week'
        ? day.subtract({ days: day.dayOfWeek - 1 })
        : day.with({ day: 1 });
  return first.toZonedDateTime(timeZone).epochMilliseconds;
}
