import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapturedCall } from '../core/content/captured.ts';
import type { ContentStore, NewContent } from '../storage/content.ts';
import { StoreUnavailable } from '../storage/store-unavailable.ts';
import { ContentWriter } from './content-writer.ts';

const captured = (n: number): CapturedCall => ({
  id: `call-${n}`,
  startedAtMs: n,
  key: 'k',
  user: 'u',
  request: { text: `{"prompt":"p${n}"}`, mediaType: 'application/json', bytes: 9 },
});

function writerOver(append: (contents: readonly NewContent[]) => Promise<void>) {
  const told: string[] = [];
  const taken: string[] = [];
  const deleted: unknown[] = [];
  const store = { append, delete: (which: unknown) => deleted.push(which) } as unknown as ContentStore;
  const log = {
    error: (_: object, message: string) => void told.push(`error: ${message}`),
    info: (_: object, message: string) => void told.push(`info: ${message}`),
  };
  const onTaken = ({ id }: CapturedCall) => void taken.push(id);
  const writer = new ContentWriter({ store, onTaken, log, waitMs: 0, retryMs: 0 });
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { writer, told, taken, deleted, until };
}

test('calls are stored in their order, in batches, and taken off the load', async () => {
  const batches: number[] = [];
  const { writer, taken, told, until } = writerOver(async (contents) => void batches.push(contents.length));
  for (let n = 0; n < 120; n++) writer.add(captured(n));
  assert.ok(writer.isWaiting('call-119'));
  await until(() => writer.tally().waiting === 0);
  assert.deepEqual(batches, [50, 50, 20]);
  assert.deepEqual(
    taken,
    Array.from({ length: 120 }, (_, n) => `call-${n}`),
  );
  assert.deepEqual([writer.tally(), told], [{ stored: 120, lost: 0, waiting: 0 }, []]);
  await writer.stop();
});

test('a store that is away: contents wait however long, and are stored when it is back', async () => {
  let tries = 0;
  const { writer, told, until } = writerOver(async () => {
    if (++tries < 20) throw new StoreUnavailable('away');
  });
  writer.add(captured(1));
  await until(() => writer.tally().stored === 1);
  assert.deepEqual(told, [
    'error: contents of recorded calls wait: they cannot be stored',
    'info: contents of recorded calls are stored again',
  ]);
  assert.equal(writer.tally().lost, 0);
});

test('a store that fails, too many that wait, and the end: counted and told', async () => {
  const { writer, told, taken, until } = writerOver(async () => {
    throw new Error('disk full');
  });
  writer.add(captured(1));
  writer.add(undefined);
  await until(() => writer.tally().lost === 2);
  assert.deepEqual(taken, ['call-1']);
  writer.add(captured(2));
  await writer.stop();
  assert.deepEqual(writer.tally(), { stored: 0, lost: 3, waiting: 0 });
  assert.equal(told.filter((line) => line === 'error: contents of recorded calls are lost').length, 3);
});

test('what is deleted is stored first, so that it cannot come after', async () => {
  const order: string[] = [];
  const { writer, deleted } = writerOver(async () => void order.push(`stored, ${deleted.length} deleted`));
  writer.add(captured(1));
  await writer.delete({ user: 'u' }, 'admin', 1);
  assert.deepEqual([order, deleted], [['stored, 0 deleted'], [{ user: 'u' }]]);
});
