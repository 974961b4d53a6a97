import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ResourceEvent } from '../resource-store.ts';
import { KeyReplica } from './key-replica.ts';

const at = (revision: number) => ({ revision, stamp: `stamp ${revision}` });

function added(name: string, revision: number): ResourceEvent {
  const kind = { group: 'tollgate.dev', kind: 'VirtualKey' };
  const metadata = { namespace: 'a', name, resourceVersion: String(revision) };
  const spec = { keyHash: `sha256:${'0'.repeat(64)}` };
  const object = { apiVersion: 'tollgate.dev/v1alpha1', kind: kind.kind, metadata, spec };
  return { ...kind, type: 'ADDED', revision, object };
}

function opener(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-replica-'));
  const why: string[] = [];
  t.after(() => rmSync(directory, { recursive: true }));
  const open = () => {
    const replica = new KeyReplica({ directory, onThrownAway: (one) => why.push(one) });
    t.after(() => replica.close());
    return replica;
  };
  return { open, why };
}

const count = ({ keys }: KeyReplica) => keys.page({ limit: 9 }).length;

test('where it stands is as durable as what is in it', (t) => {
  const { open, why } = opener(t);
  const first = open();
  first.begin(at(3));
  first.take([added('one', 1), added('two', 2)], undefined);
  first.close();
  const resumed = open();
  assert.deepEqual([resumed.position, resumed.isWhole, resumed.taken, count(resumed)], [at(3), false, 2, 2]);
  resumed.take([added('three', 3)], at(3));
  resumed.close();
  const whole = open();
  assert.deepEqual([whole.position, whole.isWhole, whole.taken, count(whole)], [at(3), true, 3, 3]);
  assert.deepEqual(why, []);
});

test('thrown away while it is in use: its keys stay until they are compared, but not for a next start', (t) => {
  const { open, why } = opener(t);
  const used = open();
  used.begin(at(1));
  used.take([added('one', 1)], at(1));
  used.throwAway('of another server');
  assert.deepEqual([used.position, used.isTrusted, used.taken, count(used)], [undefined, false, 0, 1]);
  used.begin(at(5));
  used.take([], undefined, 4);
  used.close();
  const next = open();
  assert.deepEqual([next.position, next.isTrusted, count(next)], [undefined, true, 0]);
  assert.deepEqual(why, ['of another server', 'it was given up before']);
});

test('thrown away and compared: it is trusted again', (t) => {
  const { open, why } = opener(t);
  const used = open();
  used.begin(at(1));
  used.take([added('one', 1)], at(1));
  used.throwAway('of another server');
  used.begin(at(5));
  used.take([], at(5));
  assert.equal(used.isTrusted, true);
  used.close();
  const next = open();
  assert.deepEqual([next.position, count(next)], [at(5), 1]);
  assert.equal(why.length, 1);
});

test('thrown away before anybody uses it: it is empty', (t) => {
  const { open } = opener(t);
  const before = open();
  before.begin(at(1));
  before.take([added('one', 1)], at(1));
  before.close();
  const next = open();
  next.throwAway('of another server');
  assert.deepEqual([next.position, next.taken, count(next)], [undefined, 0, 0]);
});
