/**
 * Tables of the ledger. `replica` is one data directory: each enters its own journals and knows how far, and each has counters of
 * its own to compare with what it charged.
 */
export const ledgerTables = `
CREATE TABLE tollgate.call (
  id text COLLATE "C" NOT NULL, started bigint NOT NULL, outcome text NOT NULL,
  key text NOT NULL, "user" text NOT NULL, model text NOT NULL, response_model text NOT NULL,
  provider text NOT NULL, route text NOT NULL, labels text NOT NULL,
  input bigint NOT NULL, cached_input bigint NOT NULL, cache_write bigint NOT NULL,
  output bigint NOT NULL, reasoning bigint NOT NULL, cost bigint NOT NULL, unpriced integer NOT NULL,
  duration double precision NOT NULL, first_token double precision, record text NOT NULL,
  CONSTRAINT call_id PRIMARY KEY (id)
);
CREATE INDEX call_started ON tollgate.call (started);
CREATE INDEX call_key ON tollgate.call (key, started);
CREATE INDEX call_user ON tollgate.call ("user", started);
CREATE TABLE tollgate.replica (
  name text PRIMARY KEY,
  positions text NOT NULL,
  charged_since bigint NOT NULL
);
CREATE TABLE tollgate.charged (
  replica text NOT NULL, budget text NOT NULL, unit text NOT NULL, budget_group text NOT NULL,
  window_start bigint NOT NULL, window_seconds bigint NOT NULL, used bigint NOT NULL,
  PRIMARY KEY (replica, budget, unit, budget_group, window_start, window_seconds)
);
`;

/** For the dearest, longest and slowest calls. */
export const ledgerOrders = `
CREATE INDEX call_cost ON tollgate.call (cost, id);
CREATE INDEX call_tokens ON tollgate.call ((input + output), id);
CREATE INDEX call_duration ON tollgate.call (duration, id);
`;

/**
 * Figures that few calls have, named as in `UsageFigures`; they go with their call. Of calls of before, their records tell: escapes
 * that Postgres' JSON has no character for are no part of any figure.
 */
export const ledgerRareFigures = `
CREATE TABLE tollgate.call_rare (
  id text COLLATE "C" PRIMARY KEY REFERENCES tollgate.call ON DELETE CASCADE,
  "cacheWrite1hTokens" bigint NOT NULL, "audioInputTokens" bigint NOT NULL, "cachedAudioTokens" bigint NOT NULL,
  "imageInputTokens" bigint NOT NULL, "audioOutputTokens" bigint NOT NULL, "imageOutputTokens" bigint NOT NULL,
  estimated bigint NOT NULL
);
INSERT INTO tollgate.call_rare SELECT * FROM (
  SELECT id, coalesce((usage ->> 'cacheWrite1hTokens')::bigint, 0) AS hour, coalesce((usage #>> '{media,audioInput}')::bigint, 0) AS heard,
    coalesce((usage #>> '{media,cachedAudio}')::bigint, 0) AS cached, coalesce((usage #>> '{media,imageInput}')::bigint, 0) AS seen,
    coalesce((usage #>> '{media,audioOutput}')::bigint, 0) AS spoken, coalesce((usage #>> '{media,imageOutput}')::bigint, 0) AS painted,
    CASE WHEN (usage ->> 'estimated')::boolean THEN 1 ELSE 0 END AS estimated
  FROM (
    SELECT id, regexp_replace(record, '\\\\(\\\\|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})', '?', 'g')::json #> '{llm,usage}' AS usage
    FROM tollgate.call
    WHERE cache_write > 0 OR position('"media":{' in record) > 0 OR position('"estimated":true' in record) > 0
  ) AS told
) AS found WHERE hour + heard + cached + seen + spoken + painted + estimated > 0;
`;
