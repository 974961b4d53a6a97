/** Usage added up the plain way, one record after the other: what every ledger store must agree with. */
import { noUsage } from '../core/llm/usage.ts';
import { outcomeOf } from '../core/outcome.ts';
import type { RequestRecord } from '../core/record.ts';
import type { LedgerFilter, UsageDimension, UsageFigures, UsageQuery, UsageRow } from './ledger.ts';
import { noFigures } from './no-figures.ts';

export function naiveUsage(
  records: readonly RequestRecord[],
  filter: LedgerFilter,
  query: UsageQuery,
): UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const record of records.filter((one) => passes(one, filter))) {
    const group = Object.fromEntries(query.groupBy.map((name) => [name, dimensionValue(record, name)]));
    const wanted = query.named?.text.toLowerCase() ?? '';
    const names = (query.named?.in ?? []).map((name) => dimensionValue(record, name).toLowerCase());
    if (query.named !== undefined && !names.some((name) => name.includes(wanted))) continue;
    const bucketStartMs = query.bucket && startOf(record.startedAtMs, query.bucket, query.timeZone ?? 'UTC');
    const id = JSON.stringify([bucketStartMs, query.groupBy.map((name) => group[name])]);
    const before = rows.get(id) ?? { group, ...(query.bucket && { bucketStartMs }), ...noFigures };
    const added = figuresOf(record);
    const sum = Object.keys(noFigures).map((name) => {
      const figure = name as keyof UsageFigures;
      return [figure, before[figure] + added[figure]];
    });
    rows.set(id, { ...before, ...Object.fromEntries(sum) });
  }
  return [...rows.values()];
}

function figuresOf(record: RequestRecord): UsageFigures {
  const usage = record.llm?.usage ?? noUsage;
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  const { cacheWrite1hTokens, media = {}, estimated } = usage;
  const tokens = inputTokens + outputTokens;
  const outcome = outcomeOf(record);
  return {
    requests: 1,
    refused: outcome === 'refused' ? 1 : 0,
    failed: outcome === 'failed' ? 1 : 0,
    inputTokens,
    cachedInputTokens,
    cachedAudioTokens: media.cachedAudio ?? 0,
    cacheWriteTokens,
    cacheWrite1hTokens,
    audioInputTokens: media.audioInput ?? 0,
    imageInputTokens: media.imageInput ?? 0,
    outputTokens,
    reasoningTokens,
    audioOutputTokens: media.audioOutput ?? 0,
    imageOutputTokens: media.imageOutput ?? 0,
    tokens,
    costNano: record.llm?.costNano ?? 0,
    unpriced: tokens > 0 && record.llm?.costNano === undefined ? 1 : 0,
    estimated: estimated ? 1 : 0,
  };
}

function passes(record: RequestRecord, filter: LedgerFilter): boolean {
  const { key, llm, startedAtMs } = record;
  const is = (wanted: string | undefined, ...values: (string | undefined)[]) =>
    wanted === undefined || values.includes(wanted);
  return (
    startedAtMs >= (filter.fromMs ?? 0) &&
    startedAtMs < (filter.toMs ?? Number.POSITIVE_INFINITY) &&
    is(filter.key, key?.id) &&
    is(filter.user, key?.user) &&
    is(filter.model, llm?.requestModel, llm?.responseModel) &&
    is(filter.provider, llm?.provider) &&
    is(filter.route, record.route) &&
    is(filter.outcome, outcomeOf(record)) &&
    Object.entries(filter.labels ?? {}).every(([name, value]) => key?.labels[name] === value)
  );
}

function dimensionValue({ key, llm, route }: RequestRecord, dimension: UsageDimension): string {
  switch (dimension) {
    case 'user':
      return key?.user ?? '';
    case 'key':
      return key?.id ?? '';
    case 'model':
      return llm?.requestModel ?? llm?.responseModel ?? '';
    case 'provider':
      return llm?.provider ?? '';
    case 'route':
      return route ?? '';
    default:
      return key?.labels[dimension.slice('label:'.length)] ?? '';
  }
}

function startOf(ms: number, bucket: NonNullable<UsageQuery['bucket']>, timeZone: string): number {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(timeZone);
  if (bucket === 'hour') return at.round({ smallestUnit: 'hour', roundingMode: 'trunc' }).epochMilliseconds;
  const day = at.toPlainDate();
  const back = { day: 0, week: day.dayOfWeek - 1, month: day.day - 1 }[bucket];
  return day.subtract({ days: back }).toZonedDateTime(timeZone).epochMilliseconds;
}
