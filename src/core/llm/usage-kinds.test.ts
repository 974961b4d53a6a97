import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noUsage, type Usage } from './usage.ts';
import { partOf, tokenKinds, tokensByKind } from './usage-kinds.ts';

test('every count of a usage has its own kind', () => {
  const media = { audioInput: 7, cachedAudio: 8, imageInput: 9, audioOutput: 10, imageOutput: 11 };
  const usage: Usage = {
    inputTokens: 1,
    cachedInputTokens: 2,
    cacheWriteTokens: 3,
    cacheWrite1hTokens: 4,
    outputTokens: 5,
    reasoningTokens: 6,
    media,
    estimated: false,
  };
  const found = tokensByKind(usage);
  assert.deepEqual(Object.keys(found).sort(), [...tokenKinds].sort());
  assert.deepEqual(
    Object.values(found).sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  );
  assert.deepEqual([found.audioInputTokens, found.cachedAudioTokens, found.imageOutputTokens], [7, 8, 11]);
});

test('a record of an early version has no cache writes of an hour, and reads as none', () => {
  const { cacheWrite1hTokens: _, ...early } = noUsage;
  assert.equal(tokensByKind(early as Usage).cacheWrite1hTokens, 0);
});

test('what is a part of another kind stands behind it', () => {
  const wrong = tokenKinds.filter((kind, at) => {
    const whole = partOf[kind];
    return whole !== undefined && tokenKinds.indexOf(whole) >= at;
  });
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    tokenKinds.filter((kind) => partOf[kind] === undefined),
    ['inputTokens', 'outputTokens'],
  );
});
