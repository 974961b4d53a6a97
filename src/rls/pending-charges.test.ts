import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RateLimitTarget } from '../core/config/snapshot.ts';
import { type RateLimitRequest, RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { openPendingCharges, type PendingCharges } from './pending-charges.ts';

const target: RateLimitTarget = { type: 'remote', name: 'ns/rl', addresses: ['127.0.0.1:1'], tls: false };
const charge = (hits: number): RateLimitRequest => ({
  domain: 'd',
  descriptors: [{ entries: [{ key: 'u', value: 'm' }], hitsAddend: hits }],
});

interface World {
  path: string;
  taken: number[];
  down: Set<string>;
  now: { ms: number };
  open(adopt?: string[]): PendingCharges;
}

function world(t: TestContext): World {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-charges-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'charges.jsonl');
  const taken: number[] = [];
  const down = new Set<string>();
  const now = { ms: 1_000 };
  const serviceFor = ({ name }: { name?: string }) => ({
    shouldRateLimit: (request: RateLimitRequest) => {
      if (down.has(name ?? '')) throw new RateLimitUnavailable('down');
      taken.push(request.descriptors[0]!.hitsAddend!);
      return { overallCode: 'OK' as const, statuses: [], responseHeadersToAdd: [] };
    },
  });
  const open = (adopt: string[] = []) =>
    openPendingCharges({
      path,
      adopt,
      serviceFor: (to) => serviceFor(to as { name?: string }),
      nowMs: () => now.ms,
    });
  return { path, taken, down, now, open };
}

test('a charge that could not be delivered survives a restart and is delivered once, in order', async (t) => {
  const { path, taken, down, now, open } = world(t);
  down.add('ns/rl');
  const first = open();
  assert.deepEqual(first.standing(), { waiting: 0, delivered: 0 });
  first.keep(target, charge(120));
  now.ms = 2_000;
  first.keep(target, charge(7));
  assert.equal(await first.deliver(), 2);
  appendFileSync(path, '{"torn');
  const second = open();
  assert.deepEqual(second.standing(), { waiting: 2, delivered: 0, oldestAtMs: 1_000 });
  down.clear();
  assert.deepEqual(await Promise.all([second.deliver(), second.deliver()]), [0, 0]);
  assert.deepEqual(second.standing(), { waiting: 0, delivered: 2 });
  assert.deepEqual(taken, [120, 7]);
  assert.equal(await open().deliver(), 0);
  assert.deepEqual(taken, [120, 7]);
});

test('a service that is away holds up its own charges only', async (t) => {
  const { taken, down, open } = world(t);
  down.add('ns/rl');
  const charges = open();
  charges.keep(target, charge(1));
  charges.keep({ ...target, name: 'ns/other' }, charge(2));
  charges.keep(target, charge(3));
  assert.equal(await charges.deliver(), 2);
  assert.deepEqual(taken, [2]);
  down.clear();
  assert.equal(await charges.deliver(), 0);
  assert.deepEqual(taken, [2, 1, 3]);
});

test('what was acknowledged before a crash is not delivered again; lines of earlier versions are', async (t) => {
  const { path, taken, open } = world(t);
  const line = (value: unknown) => appendFileSync(path, `${JSON.stringify(value)}\n`);
  line({ target, request: charge(5) });
  line({ id: 7, atMs: 900, target, request: charge(6) });
  line({ delivered: 7 });
  const charges = open();
  assert.deepEqual(charges.standing(), { waiting: 1, delivered: 0, oldestAtMs: 1_000 });
  charges.keep(target, charge(8));
  assert.equal(await charges.deliver(), 0);
  assert.deepEqual(taken, [5, 8]);
});

test('what waits for a thread that is no more is taken over', async (t) => {
  const { path, taken, down, open } = world(t);
  const orphaned = `${path}.other`;
  appendFileSync(orphaned, `${JSON.stringify({ id: 1, atMs: 500, target, request: charge(9) })}\n`);
  down.add('ns/rl');
  const first = open();
  first.keep(target, charge(4));
  assert.deepEqual(open([orphaned]).standing(), { waiting: 2, delivered: 0, oldestAtMs: 500 });
  assert.equal(existsSync(orphaned), false);
  down.clear();
  assert.equal(await open().deliver(), 0);
  assert.deepEqual(taken, [4, 9]);
});
