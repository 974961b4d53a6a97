/**
 * Sums of calls by hour, day and month (UTC) for reports over many of them: of all calls, by provider and model, by route, by
 * labels, by user and by key. Users and keys are too many to have hours of their own: most of their sums would be of one call.
 */

export type Level = 'hour' | 'day' | 'month';
/** What sums are made by; `value` of the last column as SQL over `call`. */
export type SumDimension = 'all' | 'model' | 'route' | 'labels' | 'user' | 'key';

export const levelsOf: Readonly<Record<SumDimension, readonly Level[]>> = {
  all: ['hour', 'day', 'month'],
  model: ['hour', 'day', 'month'],
  route: ['hour', 'day', 'month'],
  labels: ['hour', 'day', 'month'],
  user: ['day', 'month'],
  key: ['month'],
};

/** Columns of the table that are added up, named as in `UsageFigures`; `tokens` is input and output. */
export const summedFigures = [
  'requests',
  'refused',
  'failed',
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'costNano',
  'unpriced',
] as const;

/** Between provider and model in one value. */
export const modelSeparator = '\u001f';

const values: Readonly<Record<SumDimension, string>> = {
  all: "''",
  model: 'provider || char(31) || model',
  route: 'route',
  labels: 'labels',
  user: 'user',
  key: 'key',
};
const begins: Readonly<Record<Level, string>> = {
  hour: 'started - started % 3600000',
  day: 'started - started % 86400000',
  month: "unixepoch(started / 1000, 'unixepoch', 'start of month') * 1000",
};

/** For SQL that makes sums of calls: of each dimension and level, with the slot and the value as SQL over `call`. */
export const sumsOfCallsSql = (Object.keys(levelsOf) as SumDimension[]).flatMap((dimension) =>
  levelsOf[dimension].map((level) => ({ dimension, level, slot: begins[level], value: values[dimension] })),
);

/** Part of a released migration: never changed. */
export const usageSumsMigration = `
  CREATE TABLE usage_sum (
    dimension TEXT NOT NULL, level TEXT NOT NULL, slot INTEGER NOT NULL, value TEXT NOT NULL,
    requests INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
    inputTokens INTEGER NOT NULL, cachedInputTokens INTEGER NOT NULL, cacheWriteTokens INTEGER NOT NULL,
    outputTokens INTEGER NOT NULL, reasoningTokens INTEGER NOT NULL, costNano INTEGER NOT NULL, unpriced INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (dimension, level, slot, value)
  ) WITHOUT ROWID;
  ${sumsOfCallsSql
    .map(
      ({
        dimension,
        level,
        slot,
        value,
      }) => `INSERT INTO usage_sum SELECT '${dimension}', '${level}', ${slot}, ${value},
    count(*), sum(outcome = 'refused'), sum(outcome = 'failed'), sum(input), sum(cached_input), sum(cache_write),
    sum(output), sum(reasoning), sum(cost), sum(unpriced), max(started) FROM call GROUP BY 3, 4;`,
    )
    .join('\n  ')}
  CREATE TABLE latency_sum (
    slot INTEGER NOT NULL, kind TEXT NOT NULL, bin INTEGER NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (slot, kind, bin)
  ) WITHOUT ROWID;
  INSERT INTO latency_sum SELECT started - started % 86400000, 'duration', latency_bin(duration), count(*)
    FROM call WHERE outcome = 'ok' GROUP BY 1, 3;
  INSERT INTO latency_sum SELECT started - started % 86400000, 'first_token', latency_bin(first_token), count(*)
    FROM call WHERE outcome = 'ok' AND first_token IS NOT NULL GROUP BY 1, 3;`;
