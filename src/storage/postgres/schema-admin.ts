/**
 * Tables of those who administer, and of what they did. Of tokens, cookies and login codes the SHA-256 is kept, never the value.
 * `source` names the gateway's own audit log that an entry came from, `entry` is its number there: an entry that is delivered twice
 * is there once.
 */
export const adminTables = `
CREATE TABLE tollgate.admin_token (
  name text COLLATE "C" PRIMARY KEY, hash text NOT NULL UNIQUE, role text NOT NULL, team text, created_at text NOT NULL
);
CREATE TABLE tollgate.admin_session (
  id text PRIMARY KEY, begun bigint GENERATED ALWAYS AS IDENTITY, expires_at bigint NOT NULL, session text NOT NULL
);
CREATE TABLE tollgate.login_code (hash text PRIMARY KEY, expires_at bigint NOT NULL);
CREATE TABLE tollgate.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, entry bigint NOT NULL,
  at bigint NOT NULL, actor text NOT NULL, role text NOT NULL, action text NOT NULL, object text NOT NULL,
  changes text NOT NULL, UNIQUE (source, entry)
);
CREATE INDEX audit_at ON tollgate.audit (at, id);
CREATE INDEX audit_object ON tollgate.audit (object COLLATE "C" text_pattern_ops);
CREATE INDEX audit_actor ON tollgate.audit (actor);
`;
