/** What was said in recorded calls: `sealed` is encrypted and in base64, nothing once it was deleted on request. */
export const contentTables = `
CREATE TABLE tollgate.content (
  id text COLLATE "C" PRIMARY KEY, started bigint NOT NULL, key text NOT NULL, "user" text NOT NULL,
  sealed text, deleted_at bigint, deleted_by text
);
CREATE INDEX content_started ON tollgate.content (started);
CREATE INDEX content_key ON tollgate.content (key);
CREATE INDEX content_user ON tollgate.content ("user");
`;
