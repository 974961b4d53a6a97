/** A thread of the exactness test: adds 3 to one shared counter as often as told. */
import { workerData } from 'node:worker_threads';
import { attachSharedCounters, type CounterHandle } from './shared-counters.ts';

const { handle, thread, calls } = workerData as { handle: CounterHandle; thread: string; calls: number };
const store = attachSharedCounters(handle, thread, () => 10);
for (let i = 0; i < calls; i++) store.add([{ key: 'shared', windowStart: 0, windowSeconds: 86_400, add: 3 }]);
