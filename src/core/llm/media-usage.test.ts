/** Tokens of sound and pictures, in the notation of each API that reports them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fields } from './fields.ts';
import { decodeUsage as gemini } from './formats/gemini-generate/usage.ts';
import { decodeUsage as chat } from './formats/openai-chat/usage.ts';
import { decodeUsage as responses } from './formats/openai-responses/usage.ts';
import { RealtimeMeter } from './realtime/meter.ts';
import type { Usage } from './usage.ts';

test('each API tells them in its own words', () => {
  const cases: [(body: Fields) => Usage | undefined, Fields, Usage['media']][] = [
    [
      chat,
      {
        prompt_tokens: 20,
        completion_tokens: 30,
        prompt_tokens_details: { audio_tokens: 11, cached_tokens: 0, text_tokens: 9 },
        completion_tokens_details: { audio_tokens: 25, reasoning_tokens: 0 },
      },
      { audioInput: 11, audioOutput: 25 },
    ],
    [
      chat,
      { prompt_tokens: 20, completion_tokens: 3, prompt_tokens_details: { audio_tokens: 0 } },
      undefined,
    ],
    [
      responses,
      { input_tokens: 50, output_tokens: 40, input_tokens_details: { text_tokens: 10, image_tokens: 40 } },
      { imageInput: 40 },
    ],
    [
      responses,
      { input_tokens: 14, output_tokens: 4, input_token_details: { text_tokens: 0, audio_tokens: 14 } },
      { audioInput: 14 },
    ],
    [
      (usageMetadata) => gemini({ usageMetadata: usageMetadata['usage'] }),
      {
        promptTokenCount: 90,
        cachedContentTokenCount: 30,
        candidatesTokenCount: 1_300,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 10 },
          { modality: 'AUDIO', tokenCount: 80 },
        ],
        cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 30 }],
        candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
      },
      { audioInput: 80, cachedAudio: 30, imageOutput: 1_290 },
    ],
  ];
  for (const [decode, usage, media] of cases) assert.deepEqual(decode({ usage })!.media, media);
});

test('a realtime session adds up what its responses report', () => {
  const meter = new RealtimeMeter();
  const usage = {
    input_tokens: 100,
    output_tokens: 60,
    input_token_details: {
      text_tokens: 20,
      audio_tokens: 80,
      cached_tokens: 50,
      cached_tokens_details: { text_tokens: 10, audio_tokens: 40 },
    },
    output_token_details: { text_tokens: 10, audio_tokens: 50 },
  };
  for (let i = 0; i < 2; i++) meter.received(JSON.stringify({ type: 'response.done', response: { usage } }));
  const { inputTokens, cachedInputTokens, media } = meter.usage();
  assert.deepEqual([inputTokens, cachedInputTokens], [200, 100]);
  assert.deepEqual(media, { audioInput: 160, cachedAudio: 80, audioOutput: 100 });
});

test('reasoning that is counted beside the completion is output; cached input has other names too', () => {
  const read = (usage: Fields) => {
    const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = chat({ usage })!;
    return [inputTokens, cachedInputTokens, outputTokens, reasoningTokens];
  };
  const details = { completion_tokens_details: { reasoning_tokens: 94 } };
  const xai = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135, ...details };
  assert.deepEqual(read(xai), [32, 0, 103, 94]);
  const gemini = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 65 };
  assert.deepEqual(read(gemini), [10, 0, 55, 50]);
  const openai = { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110, ...details };
  assert.deepEqual(read(openai), [10, 0, 100, 94]);
  const counted = { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 };
  assert.deepEqual(read({ ...counted, prompt_cache_hit_tokens: 12 }), [20, 12, 1, 0]);
  assert.deepEqual(read({ ...counted, cached_tokens: 12 }), [20, 12, 1, 0]);
});
