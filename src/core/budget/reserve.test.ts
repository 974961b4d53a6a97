import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReservationItem, ReservationRequest } from './model.ts';
import { decideReservation, heldBy } from './reserve.ts';

function item(fields: Partial<ReservationItem> = {}): ReservationItem {
  return {
    budget: 'ns/b',
    group: '',
    unit: 'tokens',
    slices: [0],
    keepSeconds: 60,
    resetsAtSeconds: 60,
    limit: 1_000,
    fixed: 100,
    perOutputToken: 1,
    enforce: 'hard',
    ...fields,
  };
}

const request = (items: ReservationItem[], wantedOutput = 500, minimumOutput = 1): ReservationRequest => ({
  items,
  wantedOutput,
  minimumOutput,
});

test('output is shortened to the tightest budget; below the minimum the call is refused', () => {
  const items = [item(), item({ limit: 400 })];
  const free = { used: 0, reserved: 0 };
  assert.deepEqual(decideReservation(request(items), [free, free]), { granted: 300 });
  assert.deepEqual(decideReservation(request(items, 500, 301), [free, free]), { refusedBy: 1 });
  assert.deepEqual(decideReservation(request(items, 200, 301), [free, free]), { granted: 200 });
  assert.deepEqual(decideReservation(request(items), [{ used: 800, reserved: 101 }, free]), { refusedBy: 0 });
});

test('soft budgets let the crossing call pass and hold nothing; reports never refuse', () => {
  const soft = item({ enforce: 'soft' });
  assert.deepEqual(decideReservation(request([soft]), [{ used: 999, reserved: 0 }]), { granted: 500 });
  assert.deepEqual(decideReservation(request([soft]), [{ used: 1_000, reserved: 0 }]), { refusedBy: 0 });
  assert.equal(heldBy(soft, 500), 0);
  const report = item({ enforce: 'report' });
  assert.deepEqual(decideReservation(request([report]), [{ used: 9_999, reserved: 0 }]), { granted: 500 });
});

test('dollars: so much output as the rest pays for', () => {
  const usd = item({ unit: 'usd', limit: 1_000_000, fixed: 100_000, perOutputToken: 15_000 });
  assert.deepEqual(decideReservation(request([usd]), [{ used: 0, reserved: 0 }]), { granted: 60 });
});

/** Calls begin and end in any order; each uses at most what it was granted. */
test('no interleaving of calls passes a hard limit, and what is held comes back to nothing', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), fixed: fc.nat(50), wanted: fc.nat(80) }),
    fc.record({
      kind: fc.constant('end' as const),
      which: fc.nat(20),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 3 }),
      (steps, limits) => {
        const standing = limits.map(() => ({ used: 0, reserved: 0 }));
        const open: { items: ReservationItem[]; granted: number }[] = [];
        const end = ({ items, granted }: { items: ReservationItem[]; granted: number }, share: number) => {
          for (const [index, i] of items.entries()) {
            standing[index]!.reserved -= heldBy(i, granted);
            standing[index]!.used += Math.floor(i.fixed * share) + Math.floor(granted * share);
          }
        };
        for (const s of steps) {
          if (s.kind === 'begin') {
            const items = limits.map((limit) => item({ limit, fixed: s.fixed }));
            const decision = decideReservation(request(items, s.wanted), standing);
            if ('refusedBy' in decision) continue;
            for (const [index, i] of items.entries())
              standing[index]!.reserved += heldBy(i, decision.granted);
            open.push({ items, granted: decision.granted });
          } else if (open.length > 0) {
            end(open.splice(s.which % open.length, 1)[0]!, s.share);
          }
          for (const [index, { used, reserved }] of standing.entries())
            assert.ok(
              used + reserved <= limits[index]!,
              `${used} used and ${reserved} held of ${limits[index]}`,
            );
        }
        for (const call of open) end(call, 1);
        for (const [index, { used, reserved }] of standing.entries()) {
          assert.equal(reserved, 0);
          assert.ok(used <= limits[index]!);
        }
      },
    ),
  );
});
