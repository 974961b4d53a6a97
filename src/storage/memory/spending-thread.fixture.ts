/** A thread of the accounts' test: reserves and settles against shared budgets as often as told, and says what it spent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ReservationItem } from '../../core/budget/model.ts';
import { heldBy } from '../../core/budget/reserve.ts';
import { attachSharedAccounts } from './shared-accounts.ts';
import type { CounterHandle } from './shared-counters.ts';

const { handle, thread, items, calls, arrived, threads } = workerData as {
  handle: CounterHandle;
  thread: string;
  items: ReservationItem[];
  calls: number;
  /** How many threads are ready: none begins before all are. */
  arrived: Int32Array<SharedArrayBuffer>;
  threads: number;
};
const accounts = attachSharedAccounts(handle, thread);
const open: number[] = [];
let spent = 0;
let granted = 0;
let passed = false;

function end(output: number): void {
  // Less than was held, so that room comes back and is fought for again.
  const used = 100 + Math.floor(output / 2);
  accounts.settle(
    items.map((item) => ({ item, release: heldBy(item, output), used })),
    `{"used":${used}}`,
  );
  spent += used;
}

Atomics.add(arrived, 0, 1);
Atomics.notify(arrived, 0);
for (let n = Atomics.load(arrived, 0); n < threads; n = Atomics.load(arrived, 0)) Atomics.wait(arrived, 0, n);

for (let call = 0; call < calls; call++) {
  const outcome = accounts.reserve({ items, wantedOutput: 1 + (call % 97), minimumOutput: 1 });
  for (const [index, { used, reserved }] of outcome.readings.entries())
    passed ||= used + reserved > items[index]!.limit;
  if ('granted' in outcome) {
    granted++;
    open.push(outcome.granted);
  }
  if (open.length > 3 || 'refusedBy' in outcome) {
    const oldest = open.shift();
    if (oldest !== undefined) end(oldest);
  }
}
for (const output of open) end(output);
accounts.close();
parentPort!.postMessage({ spent, granted, passed });
