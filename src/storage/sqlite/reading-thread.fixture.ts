/** A thread that looks values up again and again until it is told to end, and says how often each was not found. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoredKeysHandle } from '../stored-keys.ts';
import { SqliteKeyReader } from './virtual-key-reader.ts';

const { handle, values, ended } = workerData as {
  handle: StoredKeysHandle;
  values: string[];
  /** The first: whether to end; the second: rounds so far. */
  ended: Int32Array<SharedArrayBuffer>;
};
const reader = new SqliteKeyReader(handle);
const missed = values.map(() => 0);
while (Atomics.load(ended, 0) === 0) {
  for (const [index, value] of values.entries()) if (reader.find(value) === undefined) missed[index]! += 1;
  Atomics.add(ended, 1, 1);
}
reader.close();
parentPort!.postMessage(missed);
