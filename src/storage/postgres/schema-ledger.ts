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
