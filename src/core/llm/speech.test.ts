/** Sound in and out: what the golden files of the pairs do not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RouteType } from '../config/snapshot.ts';
import { joinSpeech } from './speech.ts';
import { clientCall, hello, streamed, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

const gemini = target({ provider: 'gemini', model: 'gemini-2.5-flash-preview-tts' });
const openai = target({ provider: 'openai', model: 'gpt-audio' });
const pathAndQuery = '/v1beta/models/m:generateContent';
const contents = (part: object) => ({ contents: [{ parts: [part] }] });
const modalities = ['text', 'audio'];
const voice = (voiceName: string) => ({
  contents: [{ parts: [{ text: 'x' }] }],
  generation_config: {
    response_modalities: ['AUDIO'],
    speech_config: { voice_config: { prebuilt_voice_config: { voice_name: voiceName } } },
  },
});

test('what one side does not have is refused by the name of the field, with what works', () => {
  const voicePath = 'generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName';
  const cases: [RouteType, ReturnType<typeof target>, object, string, RegExp][] = [
    [
      'Completions',
      gemini,
      { ...hello, modalities, audio: { voice: 'Kore', format: 'wav' } },
      'audio.format',
      /pcm16/,
    ],
    [
      'Completions',
      gemini,
      { ...hello, modalities, audio: { voice: 'alloy', format: 'pcm16' } },
      'audio.voice',
      /Kore/,
    ],
    ['GenerateContent', openai, voice('Kore'), voicePath, /alloy/],
    [
      'GenerateContent',
      openai,
      contents({ inlineData: { mimeType: 'audio/flac', data: 'ZkxhQw==' } }),
      'contents[0].parts[0].inlineData.mimeType',
      /audio\/wav or audio\/mp3/,
    ],
    [
      'GenerateContent',
      openai,
      contents({ fileData: { mimeType: 'video/mp4', fileUri: 'https://example.com/a.mp4' } }),
      'contents[0].parts[0].fileData.mimeType',
      /inline/,
    ],
    ['Completions', target(), { ...hello, modalities }, 'modalities', /text only/],
    [
      'Completions',
      target({ provider: 'bedrock', model: 'us.anthropic.claude-sonnet-5', bedrock: {} }),
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] },
        ],
      },
      'messages[0].content[0].type',
      /no sound/,
    ],
  ];
  for (const [routeType, to, body, path, words] of cases) {
    const result = translateRequest(clientCall(body, { routeType, target: to, pathAndQuery }));
    assert.ok(!result.ok, path);
    assert.deepEqual([result.fault.status, result.fault.path], [400, path]);
    assert.match(result.fault.message, words);
  }
});

test('settings of speech without a wish for it are told', () => {
  const chat = translated({ ...hello, audio: { voice: 'Kore', format: 'pcm16' } }, { target: gemini });
  assert.deepEqual(chat.drops, ['audio (without its modality)']);
  const body = { contents: [{ parts: [{ text: 'x' }] }], generationConfig: { speechConfig: {} } };
  const other = translated(body, { routeType: 'GenerateContent', target: openai, pathAndQuery });
  assert.deepEqual(other.drops, ['generationConfig.speechConfig (without its modality)']);
});

test('Bedrock takes sound as a block of its own', () => {
  const body = {
    messages: [
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'SUQz', format: 'mp3' } }] },
    ],
  };
  const to = target({ provider: 'bedrock', model: 'mistral.voxtral-small-24b-2507', bedrock: {} });
  const { messages } = JSON.parse(translated(body, { target: to }).body);
  assert.deepEqual(messages[0].content, [{ audio: { format: 'mp3', source: { bytes: 'SUQz' } } }]);
});

test('sound of another kind is no answer', () => {
  const { reply } = translated({ ...hello, modalities, audio: { format: 'pcm16' } }, { target: gemini });
  for (const mimeType of ['audio/L16;rate=16000', 'audio/ogg']) {
    const parts = [{ inlineData: { mimeType, data: 'AA==' } }];
    const body = JSON.stringify({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
    assert.throws(() => reply.plain(body, 'application/json'), /can not be given on as pcm16/);
  }
});

test('a cut-off stream is charged what was spoken', () => {
  const body = { ...hello, stream: true, modalities, audio: { format: 'pcm16' } };
  const second = 'A'.repeat(64_000);
  const parts = [{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: second } }];
  const chunk = `data: ${JSON.stringify({ candidates: [{ content: { parts } }] })}\n\n`;
  const { out, stream } = streamed(translated(body, { target: gemini }), [chunk, chunk], 'aborted');
  assert.ok(out.includes(second) && stream.sawFirstToken());
  assert.deepEqual([stream.usage().outputTokens, stream.usage().estimated], [50, true]);
});

test('pieces of sound are one', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(pieces, (all) => {
      const joined = joinSpeech(all.map((piece) => Buffer.from(piece).toString('base64')));
      assert.equal(joined, Buffer.concat(all).toString('base64'));
    }),
  );
});
