/** One behaviour suite for every store of contents: each implementation's test runs it in a few lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentStore, NewContent } from './content.ts';

export interface ContentUnderTest {
  store: ContentStore;
  /** Ends and opens it again, as a restart would. */
  reopen(): Promise<ContentStore>;
  /** With an encryption key of its own. */
  withOtherKey(): Promise<ContentStore>;
  /** All that lies in the store, as text. */
  atRest(): Promise<string>;
  close(): Promise<void>;
}

export const newContent = (n: number, fields: Partial<NewContent> = {}): NewContent => ({
  id: `call-${n}`,
  startedAtMs: n,
  key: 'VirtualKey/ns/mike',
  user: 'mike',
  content: { prompt: { turns: [{ role: 'user', parts: [{ type: 'text', text: `what is ${n} 😀 \0?` }] }] } },
  ...fields,
});

export function contentConformance(name: string, open: () => Promise<ContentUnderTest>): void {
  const withStore = (run: (under: ContentUnderTest) => Promise<void>) => async () => {
    const under = await open();
    try {
      await run(under);
    } finally {
      await under.close();
    }
  };
  const states = async (store: ContentStore, count: number) =>
    Promise.all(Array.from({ length: count }, async (_, n) => (await store.get(`call-${n}`))?.state));

  test(
    `${name}: a content is there whole, once, after a restart too, and nowhere readable`,
    withStore(async ({ store, reopen, withOtherKey, atRest }) => {
      await store.append([newContent(1), newContent(2)]);
      const twice = newContent(2, { content: { answer: { turns: [], note: 'not-delivered' } } });
      await store.append([twice, newContent(3)]);
      await store.append([]);
      assert.ok(!(await atRest()).includes('what is'));
      const again = await reopen();
      for (const n of [1, 2, 3])
        assert.deepEqual(await again.get(`call-${n}`), { state: 'kept', content: newContent(n).content });
      assert.equal(await again.get('call-4'), undefined);
      assert.deepEqual(await (await withOtherKey()).get('call-1'), { state: 'unreadable' });
    }),
  );

  test(
    `${name}: deleted by call, key and user; that it was stays, and it does not come back`,
    withStore(async ({ store }) => {
      await store.append([
        newContent(0),
        newContent(1, { key: 'VirtualKey/ns/anna', user: 'anna' }),
        newContent(2, { key: 'VirtualKey/ns/anna-2', user: 'anna' }),
        newContent(3, { user: 'anna' }),
      ]);
      assert.equal(await store.delete({ id: 'call-0' }, 'admin', 77.5), 1);
      assert.deepEqual(await store.get('call-0'), { state: 'deleted', atMs: 77, by: 'admin' });
      assert.equal(await store.delete({ id: 'call-0' }, 'other', 78), 0);
      assert.equal(await store.delete({ key: 'VirtualKey/ns/anna' }, 'admin', 79), 1);
      assert.deepEqual(await states(store, 4), ['deleted', 'deleted', 'kept', 'kept']);
      assert.equal(await store.delete({ user: 'anna' }, 'admin', 80), 2);
      assert.equal(await store.delete({ user: 'nobody' }, 'admin', 80), 0);
      await store.append([newContent(0)]);
      assert.deepEqual(await states(store, 4), ['deleted', 'deleted', 'deleted', 'deleted']);
      const { bytes: _, ...extent } = await store.extent();
      assert.deepEqual(extent, { contents: 0 });
    }),
  );

  test(
    `${name}: old ones are forgotten, so many at once, deleted ones too`,
    withStore(async ({ store }) => {
      await store.append([0, 1, 2, 3, 4].map((n) => newContent(n)));
      await store.delete({ id: 'call-1' }, 'admin', 9);
      const { bytes, ...extent } = await store.extent(3);
      assert.deepEqual(extent, { contents: 4, oldestMs: 0, older: 2 });
      assert.ok(bytes > 1_000);
      assert.equal(await store.prune(3, 2), 2);
      assert.equal(await store.prune(3, 2), 1);
      assert.equal(await store.prune(3, 2), 0);
      assert.deepEqual(await states(store, 5), [undefined, undefined, undefined, 'kept', 'kept']);
    }),
  );
}
