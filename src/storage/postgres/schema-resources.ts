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
