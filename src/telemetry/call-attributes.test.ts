import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noUsage } from '../core/llm/usage.ts';
import { defined, genAiAttributes } from './call-attributes.ts';

const llm = { operation: 'chat', provider: 'openai', streaming: false };

test('sound and pictures have attributes of their own, and only calls with such', () => {
  const usage = { ...noUsage, inputTokens: 90, outputTokens: 1_300 };
  const names = (given: typeof usage & { media?: object }) =>
    Object.entries(defined(genAiAttributes({ ...llm, usage: given }))).filter(([name]) =>
      /audio|image/.test(name),
    );
  assert.deepEqual(names(usage), []);
  assert.deepEqual(names({ ...usage, media: { audioInput: 70, imageOutput: 1_290 } }), [
    ['tollgate.usage.audio.input_tokens', 70],
    ['tollgate.usage.image.output_tokens', 1_290],
  ]);
});
