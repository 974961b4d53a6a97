import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeCatalogs, readCatalog } from './catalog.ts';
import { createPrices } from './prices.ts';

const catalog = (models: Record<string, unknown>, version?: string) =>
  JSON.stringify({ ...(version && { version }), providers: { anthropic: { models } } });

test('a catalog is taken when everything in it can be read; a model without an input rate just has no price', () => {
  const read = readCatalog(
    catalog({ a: { rates: { input: '3', output: '15' } }, b: { rates: { inputAudio: '1' } } }),
  );
  assert.ok(read.ok);
  const prices = createPrices(read.catalog);
  assert.equal(prices.bound('anthropic', 'a')?.input, 3_000);
  assert.equal(prices.bound('anthropic', 'b'), undefined);
});

test('what cannot be read is named with its place', () => {
  for (const [text, error] of [
    ['{', /^is not JSON/],
    ['[]', /^providers: must be there/],
    ['{"providers":{"p":{}}}', /^providers\.p\.models: must be a map/],
    [catalog({ a: 5 }), /^providers\.anthropic\.models\["a"\]\.rates: must be there/],
    [catalog({ a: {} }), /rates: must be a map of decimal texts/],
    [catalog({ a: { rates: { input: 'three' } } }), /\["a"\]\.rates\.input "three" is not a decimal number/],
    [catalog({ a: { rates: { input: 3 } } }), /rates\.input 3 is not a decimal number/],
    [
      catalog({ a: { rates: { input: '3' }, tiers: [{ rates: {} }] } }),
      /tiers\[0\]\.contextOver: must be a number/,
    ],
    [
      catalog({ a: { rates: { input: '3' }, tiers: [{ contextOver: 1, rates: { output: 'x' } }] } }),
      /tiers\[0\]\.rates\.output "x" is not a decimal/,
    ],
    [catalog({ a: { rates: { input: '3' }, batch: { input: '-1' } } }), /batch: rates\.input "-1" is not/],
  ] as const) {
    const read = readCatalog(text);
    assert.ok(!read.ok, text);
    assert.match(read.error, error);
  }
});

test('a later catalog’s entry stands for the earlier one’s, whole; others stay', () => {
  const of = (text: string) => {
    const read = readCatalog(text);
    assert.ok(read.ok);
    return read.catalog;
  };
  const merged = mergeCatalogs([
    of(catalog({ a: { rates: { input: '3', output: '15' } }, b: { rates: { input: '1' } } }, '2026-11')),
    of(catalog({ a: { rates: { input: '2' } } }, 'ours')),
  ]);
  assert.equal(merged.version, '2026-11 + ours');
  assert.deepEqual(merged.providers['anthropic']!.models, {
    a: { rates: { input: '2' } },
    b: { rates: { input: '1' } },
  });
});
