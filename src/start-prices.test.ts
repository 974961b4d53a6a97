import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PriceCatalog } from './core/pricing/prices.ts';
import type { KubeObject } from './core/resources/object.ts';
import { ShutdownStack } from './shutdown-stack.ts';
import { startPrices } from './start-prices.ts';

const catalog = (input: string) =>
  JSON.stringify({
    version: `of ${input}`,
    providers: { anthropic: { models: { ours: { rates: { input } } } } },
  });

const configMap = (name: string, text: string, created = '2026-11-25T00:00:00Z'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns', creationTimestamp: created, labels: { 'tollgate.dev/prices': 'true' } },
  data: { 'catalog.json': text },
});

function world(t: TestContext, file?: string) {
  const objects: KubeObject[] = [];
  const used: PriceCatalog[] = [];
  const logged: string[] = [];
  const gauges = new Map<string, () => Promise<number>>();
  let changed = (_: { group: string; kind: string }): void => undefined;
  const stack = new ShutdownStack();
  t.after(() => stack.close());
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const start = () =>
    startPrices({
      options: file === undefined ? {} : { prices: file },
      source: {
        list: (_, kind) => objects.filter((object) => object.kind === kind),
        onChange: (listener) => {
          changed = listener;
          return () => undefined;
        },
      },
      metrics: { gauge: (name, _, read) => void gauges.set(name, read) },
      log: { info: log, error: log },
      stack,
      use: (overlay) => void used.push(overlay),
    });
  const set = (...next: KubeObject[]) => {
    objects.splice(0, objects.length, ...next);
    changed({ group: '', kind: 'ConfigMap' });
  };
  return { start, set, used, logged, refused: () => gauges.get('tollgate_price_sources_refused')!() };
}

const rateOf = (used: PriceCatalog[]) => used.at(-1)?.providers['anthropic']?.models['ours']?.rates.input;

test('ConfigMaps lie over the shipped list; a bad one keeps what it said, and says so', async (t) => {
  const { start, set, used, logged, refused } = world(t);
  const prices = start();
  let told = 0;
  prices.onChanged = () => (told += 1);
  assert.equal(prices.isPriced('anthropic', 'ours'), false);
  assert.equal(prices.isPriced('anthropic', 'claude-sonnet-5'), true);
  set(configMap('one', catalog('3')));
  assert.equal(rateOf(used), '3');
  assert.equal(prices.isPriced('anthropic', 'ours'), true);
  set(configMap('one', '{'));
  assert.equal(rateOf(used), '3');
  const [shipped, one] = prices.sources();
  assert.equal(shipped?.name, 'shipped');
  assert.equal(one?.name, 'ConfigMap ns/one');
  assert.match(one?.error ?? '', /^is not JSON/);
  assert.equal(await refused(), 1);
  assert.match(logged.at(-1)!, /prices were refused: what it said before stays in force/);
  set(configMap('one', catalog('4')));
  assert.equal(rateOf(used), '4');
  assert.equal(await refused(), 0);
  set();
  assert.equal(prices.isPriced('anthropic', 'ours'), false);
  assert.equal(told, 4);
  set();
  assert.equal(told, 4);
});

test('of two ConfigMaps that name one model the older one wins; without the label or the key none counts', (t) => {
  const { start, set, used } = world(t);
  const prices = start();
  set(configMap('new', catalog('9'), '2026-11-26T00:00:00Z'), configMap('old', catalog('1')));
  assert.equal(rateOf(used), '1');
  const { labels: _, ...plain } = configMap('x', catalog('5')).metadata;
  set({ ...configMap('x', catalog('5')), metadata: plain }, { ...configMap('y', ''), data: { other: '{}' } });
  assert.equal(prices.isPriced('anthropic', 'ours'), false);
  assert.match(prices.sources().at(-1)?.error ?? '', /no data key catalog\.json/);
});

test('a file is read again when it changes, and a bad one keeps the old; at the start a bad one is an error', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-prices-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'prices.json');
  assert.throws(() => world(t, path).start(), /--prices: file .*prices\.json cannot be read: ENOENT/);
  writeFileSync(path, '{"providers": 5}');
  assert.throws(() => world(t, path).start(), /providers: must be there/);
  writeFileSync(path, catalog('2'));
  const { start, set, used } = world(t, path);
  const prices = start();
  assert.equal(rateOf(used), '2');
  assert.equal(prices.sources()[1]?.catalog.version, 'of 2');
  const changed = new Promise<void>((resolve) => {
    prices.onChanged = resolve;
  });
  writeFileSync(path, catalog('7'));
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
  // The watch keeps no process alive.
  const alive = setInterval(() => undefined, 1_000);
  await changed;
  clearInterval(alive);
  assert.equal(rateOf(used), '7');
  set(configMap('over', catalog('8')));
  assert.equal(rateOf(used), '8');
  writeFileSync(path, 'nothing');
  set();
  assert.equal(rateOf(used), '7');
  assert.match(prices.sources()[1]?.error ?? '', /is not JSON/);
});
