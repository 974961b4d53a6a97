/** A process of the crash test: settles calls and enters them into the ledger at once, and tells each that was settled, until it is killed. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerRecord } from '../ledger.fixture.ts';
import { openCounterDump } from '../sqlite/counter-dump.ts';
import { openSqliteLedger } from '../sqlite/ledger.ts';
import { LedgerFollower } from './ledger-follower.ts';
import { attachSharedAccounts } from './shared-accounts.ts';
import { openSharedCounters } from './shared-counters.ts';

const directory = process.argv[2]!;
const first = Number(process.argv[3]);
const ledger = openSqliteLedger(join(directory, 'ledger.db'));
const follower = await LedgerFollower.open(directory, ledger);
const counters = openSharedCounters({
  directory,
  dump: openCounterDump(join(directory, 'counters.db')),
  nowSeconds: () => 10,
  capacity: 256,
  isConsumed: (name, size) => follower.isConsumed(name, size),
});
const accounts = attachSharedAccounts(counters.handle, 'worker-1');
for (let n = first; n < first + 100_000; n++) {
  accounts.settle([], JSON.stringify(ledgerRecord(n)));
  writeSync(1, `${n}\n`);
  if (n % 7 === 0) await follower.read();
  if (n % 31 === 0) counters.checkpoint();
}
