/** Tables of VirtualKeys: each key's object, and what it is found by. */
import type { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../../core/resources/object.ts';
import type { Progress } from '../progress.ts';
import { VirtualKeyRows } from './virtual-key-rows.ts';

/**
 * `entry`: what the data path knows of the key, as JSON. `opened`: how many keys open a namespace's Gateways or one that they name;
 * `target`: the latter. `untold`: keys whose statuses may be others. `gateways`: those that were there when statuses were told.
 */
const tables = `
  CREATE TABLE virtual_key (
    id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL,
    hash BLOB, previous BLOB, grace INTEGER, issued INTEGER NOT NULL, state INTEGER NOT NULL, expires INTEGER,
    owner TEXT NOT NULL, team TEXT, last_used INTEGER NOT NULL, entry TEXT, text TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX virtual_key_place ON virtual_key (namespace, name);
  CREATE INDEX virtual_key_name ON virtual_key (name, namespace);
  CREATE INDEX virtual_key_owner ON virtual_key (owner, name, namespace);
  CREATE INDEX virtual_key_used ON virtual_key (last_used, name, namespace);
  CREATE INDEX virtual_key_state ON virtual_key (state, name, namespace, expires);
  CREATE INDEX virtual_key_expires ON virtual_key (expires, state) WHERE expires IS NOT NULL;
  CREATE INDEX virtual_key_team ON virtual_key (team, name, namespace) WHERE team IS NOT NULL;
  CREATE INDEX virtual_key_hash ON virtual_key (hash) WHERE hash IS NOT NULL;
  CREATE INDEX virtual_key_previous ON virtual_key (previous) WHERE previous IS NOT NULL;
  CREATE INDEX virtual_key_issued ON virtual_key (id) WHERE issued = 1;
  CREATE VIRTUAL TABLE virtual_key_text USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
  );
  CREATE TABLE virtual_key_target (
    place TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (place, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE virtual_key_opened (place TEXT PRIMARY KEY, keys INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE virtual_key_untold (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL) STRICT;
  CREATE TABLE virtual_keys (
    one INTEGER PRIMARY KEY CHECK (one = 1), keys INTEGER NOT NULL, gateways TEXT NOT NULL
  ) STRICT;
  INSERT INTO virtual_keys VALUES (1, 0, '[]');
`;

/**
 * From objects among the others to tables of their own: with a million keys it takes a minute or two, once. `progress` is told of each:
 * how many are done, of how many.
 */
export function moveVirtualKeys(database: DatabaseSync, progress: Progress): void {
  database.exec(tables);
  const ofKind = "FROM object WHERE api_group = 'tollgate.dev' AND kind = 'VirtualKey'";
  const all = Number(database.prepare(`SELECT count(*) AS n ${ofKind}`).get()!['n']);
  let moved = 0;
  const rows = new VirtualKeyRows(database);
  const objects = database.prepare(`SELECT revision, body ${ofKind}`);
  for (const { revision, body } of objects.iterate()) {
    const text = new TextDecoder().decode(body as Uint8Array);
    rows.put(JSON.parse(text) as KubeObject, undefined, Number(revision));
    progress(++moved, all);
  }
  database.exec(`DELETE ${ofKind}`);
}
