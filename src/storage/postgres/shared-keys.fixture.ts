/** Gateways' stores over one Postgres, each with a copy of the keys in a directory of its own. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KubeObject } from '../../core/resources/object.ts';
import type { ResourceChange, ResourceStore } from '../resource-store.ts';
import { SqliteKeyReader } from '../sqlite/virtual-key-reader.ts';
import { PostgresConnection } from './connection.ts';
import { openPostgresResourceStore, type PostgresResourceOptions } from './resource-store.ts';
import { migratePostgresSchema } from './schema.ts';
import type { Session } from './session.ts';

export const kind = { group: 'tollgate.dev', kind: 'VirtualKey' };
export const fileOf = (directory: string) => join(directory, 'keys-replica.db');
export const never = (why: string) => assert.fail(`thrown away: ${why}`);
export const hashOf = (value: number) => hash('sha256', `value ${value}`);

export interface KeyDraft {
  name: string;
  value: number;
  before?: number;
  owner?: string;
  disabled?: boolean;
  /** Times that the statuses were told. */
  told?: number;
}

export function keyObject({ name, value, before, owner, disabled, told = 0 }: KeyDraft): KubeObject {
  const rotation = { previousKeyHash: `sha256:${hashOf(before ?? 0)}`, graceUntil: '2099-01-01T00:00:00Z' };
  const accepted = { type: 'Accepted', status: 'True', reason: 'Valid', observedGeneration: 1 };
  return {
    apiVersion: 'tollgate.dev/v1alpha1',
    kind: 'VirtualKey',
    metadata: { namespace: 'a', name, generation: 1, creationTimestamp: '2026-11-01T00:00:00Z' },
    spec: {
      keyHash: `sha256:${hashOf(value)}`,
      ...(owner !== undefined && { owner }),
      ...(disabled !== undefined && { disabled }),
      ...(before !== undefined && { rotation }),
    },
    ...(told > 0 && { status: { conditions: [{ ...accepted, lastTransitionTime: `${told}` }] } }),
  };
}

export const putOf = (draft: KeyDraft): ResourceChange => ({ type: 'put', object: keyObject(draft) });
/** `k0`, `k1`, … with the values of their numbers. */
export const many = Array.from({ length: 30 }, (_, n) => putOf({ name: `k${n}`, value: n, told: 1 }));
export const deleteOf = (name: string): ResourceChange => ({
  type: 'delete',
  ref: { ...kind, namespace: 'a', name },
});
export const write = (store: ResourceStore, ...changes: ResourceChange[]) =>
  store.write(() => store.commit(changes));

export function namesOf(store: ResourceStore): string[] {
  return store.list(kind.group, kind.kind).map(({ metadata }) => metadata.name);
}

/** Of both: every key, what is found by its value, and how many there are said to be. */
export function assertSame(one: ResourceStore, other: ResourceStore, values: number): void {
  const [all, others] = [one.list(kind.group, kind.kind), other.list(kind.group, kind.kind)];
  assert.deepEqual(all, others);
  for (let value = 0; value < values; value++) {
    const sha256 = hashOf(value);
    assert.deepEqual(one.keys!.inForce(sha256), other.keys!.inForce(sha256));
    assert.equal(one.keys!.byHash(sha256) === undefined, other.keys!.byHash(sha256) === undefined);
  }
  for (const { keys } of [one, other]) {
    const page = { offset: 0, limit: 1 };
    const { total } = keys!.find({ nowMs: 0 }, { by: 'name', descending: false }, page);
    assert.equal(total, all.length);
    assert.equal(keys!.findAfter({ nowMs: 0 }, { namespace: '', name: '' }, 100_000).length, all.length);
  }
}

export async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 2));
}

export async function sharedKeys(t: TestContext, url: string) {
  const root = mkdtempSync(join(tmpdir(), 'tollgate-copies-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const keyPath = join(root, 'encryption.key');
  const connect = async (at = url) => {
    const connection = new PostgresConnection({ url: at });
    await migratePostgresSchema(connection);
    t.after(() => connection.close());
    return connection;
  };
  const connection = await connect();
  const open = async (directory: string, more: Partial<PostgresResourceOptions> = {}) => {
    const store = await openPostgresResourceStore({ connection, keyPath, pollMs: 5, directory, ...more });
    t.after(() => store.close());
    return store;
  };
  const newDirectory = () => mkdtempSync(join(root, 'gateway-'));
  return {
    keyPath,
    newDirectory,
    connect,
    open,
    /** Reads everything from the server. */
    fresh: () => open(newDirectory(), { pollMs: 60_000 }),
    sql: (text: string) => connection.transaction((session: Session) => session.query(text)),
  };
}

/** As a data path thread of the gateway looks values up. */
export function readerOf(t: TestContext, store: ResourceStore): (value: number) => string | undefined {
  const reader = new SqliteKeyReader(store.keys!.handle);
  t.after(() => reader.close());
  return (value) => {
    const key = reader.find(hashOf(value));
    return key?.terms?.disabled === true ? 'disabled' : key?.id;
  };
}
