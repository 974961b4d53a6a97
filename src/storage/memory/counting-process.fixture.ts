/** A process of the crash test: counts by one and tells each value once the store has returned it, until it is killed. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openCounterDump } from '../sqlite/counter-dump.ts';
import { openSharedCounters } from './shared-counters.ts';

const directory = process.argv[2]!;
const dump = openCounterDump(join(directory, 'counters.db'));
const counters = openSharedCounters({ directory, dump, nowSeconds: () => 10 });
for (let i = 0; i < 1_000_000; i++) {
  const [value] = counters.store.add([
    { key: 'killed', windowStart: 0, windowSeconds: 86_400, add: 1 },
  ]) as number[];
  if (i % 37 === 0) counters.checkpoint();
  writeSync(1, `${value}\n`);
}
