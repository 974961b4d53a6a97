import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RateLimitTarget } from '../core/config/snapshot.ts';
import { type RateLimitRequest, RateLimitUnavailable } from '../core/ratelimit/model.ts';
import { openPendingCharges } from './pending-charges.ts';

const target: RateLimitTarget = { type: 'remote', name: 'ns/rl', addresses: ['127.0.0.1:1'], tls: false };
const charge = (hits: number): RateLimitRequest => ({
  domain: 'd',
  descriptors: [{ entries: [{ key: 'u', value: 'm' }], hitsAddend: hits }],
});

test('a charge that could not be delivered survives a restart and is delivered once, in order', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-charges-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'charges.jsonl');
  const taken: number[] = [];
  let up = false;
  const serviceFor = () => ({
    shouldRateLimit: (request: RateLimitRequest) => {
      if (!up) throw new RateLimitUnavailable('down');
      taken.push(request.descriptors[0]!.hitsAddend!);
      return { overallCode: 'OK' as const, statuses: [], responseHeadersToAdd: [] };
    },
  });
  const first = openPendingCharges({ path, serviceFor });
  first.keep(target, charge(120));
  first.keep(target, charge(7));
  assert.equal(await first.deliver(), 2);
  appendFileSync(path, '{"torn');
  const second = openPendingCharges({ path, serviceFor });
  up = true;
  assert.deepEqual(await Promise.all([second.deliver(), second.deliver()]), [0, 0]);
  assert.deepEqual(taken, [120, 7]);
  assert.equal(await openPendingCharges({ path, serviceFor }).deliver(), 0);
  assert.deepEqual(taken, [120, 7]);
});
