/** Tables of figures that few calls have, beside `call` and `usage_sum`: who has none of them has no row here. */
import { sumsOfCallsSql } from './usage-sums-schema.ts';

const usage = "record ->> '$.llm.usage.";
const media = "record ->> '$.llm.usage.media.";

/** Part of a released migration: never changed. Of calls of before, their records tell. */
export const rareFiguresMigration = `
  CREATE TABLE call_rare (
    n INTEGER PRIMARY KEY, cacheWrite1hTokens INTEGER NOT NULL, audioInputTokens INTEGER NOT NULL,
    cachedAudioTokens INTEGER NOT NULL, imageInputTokens INTEGER NOT NULL, audioOutputTokens INTEGER NOT NULL,
    imageOutputTokens INTEGER NOT NULL, estimated INTEGER NOT NULL
  );
  INSERT INTO call_rare SELECT * FROM (
    SELECT n, coalesce(${usage}cacheWrite1hTokens', 0) AS hour, coalesce(${media}audioInput', 0) AS heard,
      coalesce(${media}cachedAudio', 0) AS cached, coalesce(${media}imageInput', 0) AS seen,
      coalesce(${media}audioOutput', 0) AS spoken, coalesce(${media}imageOutput', 0) AS painted,
      coalesce(${usage}estimated', 0) AS estimated
    FROM call_record JOIN call USING (n)
    WHERE cache_write > 0 OR instr(record, '"media":{') > 0 OR instr(record, '"estimated":true') > 0
  ) WHERE hour + heard + cached + seen + spoken + painted + estimated > 0;
  CREATE TABLE usage_sum_rare (
    dimension TEXT NOT NULL, level TEXT NOT NULL, slot INTEGER NOT NULL, value TEXT NOT NULL,
    cacheWrite1hTokens INTEGER NOT NULL, audioInputTokens INTEGER NOT NULL, cachedAudioTokens INTEGER NOT NULL,
    imageInputTokens INTEGER NOT NULL, audioOutputTokens INTEGER NOT NULL, imageOutputTokens INTEGER NOT NULL,
    estimated INTEGER NOT NULL,
    PRIMARY KEY (dimension, level, slot, value)
  ) WITHOUT ROWID;
  ${sumsOfCallsSql
    .map(
      ({ dimension, level, slot, value }) => `INSERT INTO usage_sum_rare
    SELECT '${dimension}', '${level}', ${slot}, ${value}, sum(cacheWrite1hTokens), sum(audioInputTokens), sum(cachedAudioTokens),
    sum(imageInputTokens), sum(audioOutputTokens), sum(imageOutputTokens), sum(estimated)
    FROM call_rare JOIN call USING (n) WHERE n <= (SELECT n FROM usage_summed) GROUP BY 3, 4;`,
    )
    .join('\n  ')}`;
