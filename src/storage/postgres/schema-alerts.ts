/** Alerts that were claimed by a gateway, to tell them, and told. `ends`: Unix seconds of their window's end, if it has one. */
export const alertTables = `
CREATE TABLE tollgate.alert (
  id text PRIMARY KEY, replica text NOT NULL, until timestamptz NOT NULL, told boolean NOT NULL, ends bigint, due text NOT NULL
);
`;
