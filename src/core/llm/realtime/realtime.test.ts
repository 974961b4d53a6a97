import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedModel } from '../asked-model.ts';
import { clientCall, target } from '../translate.fixture.ts';
import { translateRequest } from '../translate.ts';
import { noUsage } from '../usage.ts';
import { RealtimeMeter } from './meter.ts';

const event = (type: string, rest: object = {}) => JSON.stringify({ type, ...rest });
const usage = { input_tokens: 100, output_tokens: 40, input_token_details: { cached_tokens: 64 } };
const sound = (seconds: number) => 'A'.repeat((seconds * 48_000 * 4) / 3);

test('usage is what the responses report, all of them', () => {
  const meter = new RealtimeMeter();
  assert.equal(meter.received(event('session.created', { session: {} })), false);
  for (let turn = 0; turn < 2; turn++) {
    meter.received(event('response.created'));
    meter.received(event('response.output_text.delta', { delta: 'Hello' }));
    assert.equal(meter.received(event('response.done', { response: { usage } })), true);
  }
  assert.deepEqual(meter.usage(), { ...noUsage, inputTokens: 200, cachedInputTokens: 128, outputTokens: 80 });
  meter.received(
    event('conversation.item.input_audio_transcription.completed', {
      usage: { type: 'tokens', input_tokens: 10, output_tokens: 2 },
    }),
  );
  assert.equal(meter.usage().inputTokens, 210);
  meter.received(
    event('conversation.item.input_audio_transcription.completed', {
      usage: { type: 'duration', seconds: 2 },
    }),
  );
  assert.deepEqual([meter.usage().inputTokens, meter.usage().estimated], [230, true]);
});

test('a response that is cut off, or reports nothing, is estimated by what was heard and said', () => {
  const meter = new RealtimeMeter();
  meter.sent(event('input_audio_buffer.append', { audio: sound(3) }));
  assert.deepEqual(meter.usage(), noUsage);
  meter.received(event('response.created'));
  meter.received(event('response.output_audio.delta', { delta: sound(2) }));
  meter.received(event('response.output_audio_transcript.delta', { delta: 'x'.repeat(40) }));
  const media = { audioInput: 30, audioOutput: 40 };
  const cut = { ...noUsage, inputTokens: 30, outputTokens: 50, media, estimated: true };
  assert.deepEqual(meter.usage(), cut);
  assert.equal(meter.received(event('response.done', { response: { status: 'cancelled' } })), true);
  assert.deepEqual(meter.usage(), cut);
  meter.received('{"type":"response.done", not json');
  meter.received(event('response.created'));
  assert.deepEqual(meter.usage(), cut);
});

test('where a session is opened', () => {
  const opened = (extra: object, path = '/v1/realtime?model=gpt-realtime&key=tg_x') => {
    const given = { ...extra, provider: 'openai' as const };
    const result = translateRequest(
      clientCall('', {
        routeType: 'Realtime',
        method: 'GET',
        pathAndQuery: path,
        target: target({ model: undefined, ...given }),
      }),
    );
    return result.ok ? result.call : result.fault.message;
  };
  const call = opened({});
  assert.ok(typeof call !== 'string');
  assert.deepEqual(
    [call.url, call.requestModel, call.operation],
    ['http://127.0.0.1:1/v1/realtime?model=gpt-realtime', 'gpt-realtime', 'realtime'],
  );
  assert.equal(call.headers['authorization'], 'Bearer sk-upstream');
  const pinned = opened({ model: 'gpt-realtime-mini' });
  assert.ok(typeof pinned !== 'string' && pinned.url.endsWith('?model=gpt-realtime-mini'));
  assert.match(String(opened({}, '/v1/realtime')), /model: must be given/);
  const elsewhere = translateRequest(
    clientCall('', { routeType: 'Realtime', pathAndQuery: '/v1/realtime?model=m' }),
  );
  assert.equal(elsewhere.ok ? 0 : elsewhere.fault.status, 501);
});

test('the model decides who serves: also where it is in the query or in a form', () => {
  assert.equal(askedModel('Realtime', '/v1/realtime?x=1&model=gpt%2Drealtime', '').model, 'gpt-realtime');
  const form = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--b--\r\n';
  assert.equal(askedModel('Detect', '/v1/audio/transcriptions', form).model, 'whisper-1');
  for (const path of ['/v1/realtime', '/v1/realtime?model=%zz'])
    assert.throws(() => askedModel('Realtime', path, ''), /^FieldFault: model/);
});
