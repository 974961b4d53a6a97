/**
 * Tables of the resources. `body` is the object's JSON, of Secrets sealed and in base64. Each revision has one row in
 * `resource_change` until it is trimmed: a replica that finds a gap has fallen behind and reads everything.
 */
export const resourceTables = `
CREATE TABLE tollgate.resource_store (
  id integer PRIMARY KEY CHECK (id = 1), revision bigint NOT NULL, key_check text
);
INSERT INTO tollgate.resource_store VALUES (1, 0, NULL);
CREATE TABLE tollgate.resource (
  api_group text NOT NULL, kind text NOT NULL, namespace text NOT NULL, name text NOT NULL,
  revision bigint NOT NULL, sealed boolean NOT NULL, body text NOT NULL,
  PRIMARY KEY (api_group, kind, namespace, name)
);
CREATE TABLE tollgate.resource_change (
  revision bigint PRIMARY KEY, type text NOT NULL,
  api_group text NOT NULL, kind text NOT NULL, namespace text NOT NULL, name text NOT NULL,
  sealed boolean NOT NULL, body text NOT NULL
);
CREATE TABLE tollgate.leader (
  id integer PRIMARY KEY CHECK (id = 1), replica text NOT NULL, until timestamptz NOT NULL
);
`;

/**
 * What revisions were stamped with, one for each transaction: a copy of the resources that stopped at a revision belongs to this
 * database, and to this course of events, when it has the same. And what copies of VirtualKeys are brought up by.
 */
export const resourceStamps = `
CREATE TABLE tollgate.resource_stamp (revision bigint PRIMARY KEY, stamp text NOT NULL);
CREATE INDEX resource_key_revision ON tollgate.resource (revision)
  WHERE api_group = 'tollgate.dev' AND kind = 'VirtualKey';
`;
