import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isSampled, parseSampler } from './sampler.ts';
import { formatTraceparent, newSpanId, newTraceId, parseTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test('a valid traceparent, of this version and of later ones', () => {
  assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-01`), { traceId, spanId, sampled: true });
  assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-02`), { traceId, spanId, sampled: false });
  assert.deepEqual(parseTraceparent(`cc-${traceId}-${spanId}-03-what-comes`)?.sampled, true);
});

test('anything else begins a trace of its own', () => {
  for (const header of [
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    `cc-${traceId}-${spanId}-01-${'x'.repeat(1_000)}`,
  ])
    assert.equal(parseTraceparent(header), undefined, String(header));
});

test('whatever the random numbers, ids are valid and come back', () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (numbers) => {
        const random = () => numbers.next().value as number;
        const parent = { traceId: newTraceId(random), spanId: newSpanId(random), sampled: true };
        assert.deepEqual(parseTraceparent(formatTraceparent(parent)), parent);
      },
    ),
  );
  assert.notEqual(
    newTraceId(() => 0),
    '0'.repeat(32),
  );
});

test('samplers of the environment', () => {
  assert.deepEqual(parseSampler('parentbased_always_on', undefined), { ratio: 1, parentBased: true });
  assert.deepEqual(parseSampler('traceidratio', '0.25'), { ratio: 0.25, parentBased: false });
  for (const [name, argument] of [
    ['jaeger_remote'],
    ['traceidratio', '7'],
    ['traceidratio', 'x'],
    ['toString'],
  ])
    assert.equal(parseSampler(name!, argument), undefined);
});

test('a caller’s decision holds where the sampler follows it; else the share is kept', () => {
  const parent = (sampled: boolean) => ({ traceId, spanId, sampled });
  assert.equal(isSampled({ ratio: 1, parentBased: true }, traceId, parent(false)), false);
  assert.equal(isSampled({ ratio: 0, parentBased: true }, traceId, parent(true)), true);
  assert.equal(isSampled({ ratio: 1, parentBased: false }, traceId, parent(false)), true);
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const sampler = { ratio: 0.1, parentBased: true };
  const taken = Array.from({ length: 10_000 }, () => isSampled(sampler, newTraceId(random), undefined));
  const share = taken.filter(Boolean).length / taken.length;
  assert.ok(share > 0.09 && share < 0.11, String(share));
});
