/** Which calls hold of budgets: however they come and go, each is listed once while it holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OpenHolds } from './open-holds.ts';

type Held = Parameters<OpenHolds['add']>[0];

const item = {
  budget: 'b',
  group: '',
  unit: 'Tokens',
  enforce: 'hard',
  fixed: 1,
  perOutputToken: 0,
  slices: [0],
};
const call = (id: string) =>
  ({
    record: { id, startedAtMs: 0 },
    context: { reservation: { request: { items: [item] }, granted: 0 } },
  }) as unknown as Held;

test('added and deleted in any order, also twice', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 60 }), (steps) => {
      const holds = new OpenHolds({ settle: () => undefined });
      const calls = Array.from({ length: 10 }, (_, i) => call(String(i)));
      const expected = new Set<string>();
      for (const [adds, at] of steps) {
        if (adds) holds.add(calls[at]!);
        else holds.delete(calls[at]!);
        if (adds) expected.add(String(at));
        else expected.delete(String(at));
        const listed = holds.list('b').map(({ id }) => id);
        assert.deepEqual(listed.sort(), [...expected].sort());
      }
    }),
  );
});
