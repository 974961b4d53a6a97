import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isBinaryAnswer, isBinaryBody } from '../binary-body.ts';
import { clientCall, target } from '../translate.fixture.ts';
import { translateRequest } from '../translate.ts';
import type { ClientCall, UpstreamCall } from '../translate-contract.ts';
import { noUsage } from '../usage.ts';
import { readForm } from './multipart.ts';

const openai = (extra: object = {}) => target({ provider: 'openai', model: undefined, ...extra });

function passed(path: string, body: unknown, extra: Partial<ClientCall> = {}): UpstreamCall {
  const call = clientCall(body, { routeType: 'Detect', target: openai(), pathAndQuery: path, ...extra });
  const result = translateRequest(call);
  if (!result.ok) throw new Error(`${result.fault.status} ${result.fault.message}`);
  return result.call;
}

const form = (parts: [head: string, value: string][], boundary = 'XX') =>
  `${parts.map(([head, value]) => `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${value}\r\n`).join('')}--${boundary}--\r\n`;
const formType = { 'content-type': 'multipart/form-data; boundary=XX' };

test('legacy completions: patched, limited, charged as reported; a stream is asked for its usage, and hides it', () => {
  const call = passed(
    '/v1/completions',
    '{"model":"gpt-3.5-turbo-instruct", "prompt":"Say",  "max_tokens":9,"n":2}',
  );
  assert.equal(call.url, 'http://127.0.0.1:1/v1/completions');
  assert.equal(call.body, '{"model":"gpt-3.5-turbo-instruct", "prompt":"Say",  "max_tokens":9,"n":2}');
  assert.deepEqual(
    [call.operation, call.maxTokens, call.maxTokensFields, call.answers],
    ['text_completion', 9, ['max_tokens'], 2],
  );
  const answer =
    '{"model":"m","choices":[{"text":"Hi"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}';
  const reply = call.reply.plain(answer, 'application/json');
  assert.deepEqual(
    [reply.body, reply.usage, reply.responseModel],
    [answer, { ...noUsage, inputTokens: 5, outputTokens: 7 }, 'm'],
  );
  const silent = call.reply.plain('{"choices":[{"text":"Hi"}]}', 'application/json').usage!;
  assert.ok(silent.estimated && silent.inputTokens > 0 && silent.outputTokens > 0);
  for (const asked of [false, true]) {
    const streamed = passed('/v1/completions', {
      model: 'm',
      prompt: 'x',
      stream: true,
      ...(asked && { stream_options: { include_usage: true } }),
    });
    assert.equal(JSON.parse(streamed.body).stream_options.include_usage, true);
    const stream = streamed.reply.stream();
    const text = 'data: {"choices":[{"text":"Hi"}]}\n\n';
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7}}\n\n';
    const out =
      stream.push(text) + stream.push(usage) + stream.push('data: [DONE]\n\n') + stream.end('complete');
    assert.equal(stream.raw, asked);
    if (!asked) assert.equal(out, `${text}data: [DONE]\n\n`);
    assert.deepEqual(
      [stream.usage(), stream.finished(), stream.sawFirstToken()],
      [{ ...noUsage, inputTokens: 5, outputTokens: 7 }, true, true],
    );
  }
});

test('images: usage as reported, else estimated by their number; their size is bounded', () => {
  const call = passed('/v1/images/generations', { model: 'gpt-image-1', prompt: 'A cat', n: 3 });
  assert.deepEqual(
    [call.operation, call.answers, call.hasOutput, call.maxTokensFields],
    ['image', 3, true, []],
  );
  const usage = { input_tokens: 10, output_tokens: 4_160, total_tokens: 4_170 };
  const told = call.reply.plain(JSON.stringify({ data: [], usage }), 'application/json').usage;
  assert.deepEqual(told, {
    ...noUsage,
    inputTokens: 10,
    outputTokens: 4_160,
    media: { imageOutput: 4_160 },
  });
  assert.deepEqual(call.reply.plain('{"data":[]}', 'application/json').usage!.outputTokens, 3 * 1_056);
  const stream = passed('/v1/images/generations', { model: 'm', prompt: 'x', stream: true }).reply.stream();
  stream.push(
    `event: image_generation.completed\ndata: ${JSON.stringify({ type: 'image_generation.completed', usage })}\n\n`,
  );
  assert.deepEqual([stream.usage().outputTokens, stream.finished(), stream.raw], [4_160, true, true]);
});

test('speech: the sound is not read, its text is what counts', () => {
  const call = passed('/v1/audio/speech', {
    model: 'gpt-4o-mini-tts',
    input: 'x'.repeat(300),
    voice: 'alloy',
  });
  const usage = call.reply.bytes!();
  assert.deepEqual([usage.inputTokens, usage.outputTokens, usage.estimated], [75, 400, true]);
  assert.ok(call.maxTokens! >= usage.outputTokens);
  assert.ok(
    isBinaryAnswer('audio/mpeg') &&
      !isBinaryAnswer('text/event-stream') &&
      !isBinaryAnswer('application/json'),
  );
});

test('transcription: a form whose bytes stay, with another model where the backend names one', () => {
  const file: [string, string] = [
    'name="file"; filename="a.mp3"\r\ncontent-type: audio/mpeg',
    '\x00\xff--XX no\r\n\x80'.padEnd(3_200, '\x01'),
  ];
  const body = form([file, ['name="model"', 'whisper-1'], ['name="prompt"', 'caf\xc3\xa9']]);
  const plain = passed('/v1/audio/transcriptions', body, { headers: formType });
  assert.deepEqual([plain.body === body, plain.binary, plain.requestModel], [true, true, 'whisper-1']);
  assert.equal(plain.headers['content-type'], formType['content-type']);
  assert.deepEqual([plain.estimatedInputTokens, plain.operation], [3, 'transcription']);
  const aliased = passed('/v1/audio/transcriptions', body, {
    headers: formType,
    target: openai({ modelAliases: { 'whisper-1': 'gpt-4o-transcribe' } }),
  });
  assert.equal(aliased.body, body.replace('whisper-1', 'gpt-4o-transcribe'));
  const told = (answer: object) => plain.reply.plain(JSON.stringify(answer), 'application/json').usage;
  assert.deepEqual(told({ text: 'Hi', usage: { type: 'tokens', input_tokens: 14, output_tokens: 9 } }), {
    ...noUsage,
    inputTokens: 14,
    outputTokens: 9,
    media: { audioInput: 14 },
  });
  assert.deepEqual(told({ text: 'Hi there', usage: { type: 'duration', seconds: 12 } }), {
    ...noUsage,
    inputTokens: 120,
    outputTokens: 2,
    media: { audioInput: 120 },
    estimated: true,
  });
  assert.deepEqual(plain.reply.plain('Hi there', 'text/plain').usage, {
    ...noUsage,
    inputTokens: 3,
    outputTokens: 2,
    media: { audioInput: 3 },
    estimated: true,
  });
  assert.ok(plain.boundInput() > 600);
});

test('rerank: Jina, Cohere and Voyage', () => {
  const custom = { routeType: 'Rerank' as const, target: target({ provider: 'custom', model: undefined }) };
  const call = passed('/v1/rerank', { model: 'rerank-v3.5', query: 'q', documents: ['a', 'b'] }, custom);
  assert.deepEqual(
    [call.url, call.operation, call.hasOutput],
    ['http://127.0.0.1:1/v1/rerank', 'rerank', false],
  );
  const told = (answer: object) => call.reply.plain(JSON.stringify(answer), 'application/json').usage!;
  assert.deepEqual(told({ results: [], usage: { total_tokens: 17 } }), { ...noUsage, inputTokens: 17 });
  assert.deepEqual(told({ meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 21 } } }), {
    ...noUsage,
    inputTokens: 21,
  });
  const silent = told({ meta: { billed_units: { search_units: 1 } } });
  assert.deepEqual([silent.estimated, silent.inputTokens > 0, silent.outputTokens], [true, true, 0]);
  const listed = {
    ...custom,
    target: { ...custom.target, formats: [{ type: 'Rerank' as const, path: '/v2/rerank' }] },
  };
  assert.equal(passed('/v1/rerank', { model: 'm' }, listed).url, 'http://127.0.0.1:1/v2/rerank');
});

test('what can not be served says so', () => {
  const cases: [string, unknown, Partial<ClientCall>, RegExp][] = [
    ['/v1/images/generations', { prompt: 'x' }, {}, /^400 model: must be given/],
    ['/v1/images/generations', 'no', {}, /^400/],
    ['/v1/completions', { model: 'm' }, { method: 'GET' }, /^400 GET is not possible/],
    [
      '/v1/audio/speech',
      { model: 'm' },
      { target: target() },
      /^501 provider "anthropic" does not have the Speech API/,
    ],
    [
      '/v1/rerank',
      { model: 'm' },
      { routeType: 'Rerank' },
      /^501 provider "openai" does not have the Rerank API/,
    ],
    [
      '/v1/audio/transcriptions',
      'x',
      { headers: { 'content-type': 'multipart/form-data' } },
      /^400 the form has no boundary/,
    ],
    ['/v1/audio/transcriptions', 'x', { headers: formType }, /^400 the form does not begin/],
    ['/v1/audio/transcriptions', '--XX\r\n', { headers: formType }, /^400 the form is not complete/],
  ];
  for (const [path, body, extra, wanted] of cases)
    assert.throws(() => passed(path, body, extra), { message: wanted });
});

test('Detect passes what it does not know, and bytes stay bytes', () => {
  const call = passed('/v1/files?x=1', '\x00\xff', {
    headers: { 'content-type': 'application/octet-stream' },
  });
  assert.deepEqual(
    [call.url, call.binary, call.operation],
    ['http://127.0.0.1:1/v1/files?x=1', true, 'passthrough'],
  );
  assert.ok(!isBinaryBody('Completions', 'image/png') && isBinaryBody('Passthrough', 'image/png'));
  for (const type of ['', 'application/json; charset=utf-8', 'text/plain', 'application/vnd.x+json'])
    assert.ok(!isBinaryBody('Detect', type));
});

test('any form: read as it was written, another value only where it belongs', () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
  fc.assert(
    fc.property(bytes, fc.string({ maxLength: 20 }), fc.boolean(), (file, value, named) => {
      const clean = (text: string) => text.replaceAll('\r\n--XX', '').replace(/\r?\n|\r/g, ' ');
      const text = Array.from(new TextEncoder().encode(clean(value).toWellFormed()), (byte) =>
        String.fromCharCode(byte),
      ).join('');
      const body = form([
        ['name="file"; filename="f"', clean(file)],
        ...(named ? ([['name="model"', text]] as [string, string][]) : []),
      ]);
      const read = readForm(body, 'multipart/form-data; boundary="XX"');
      assert.deepEqual([read.files, read.fileBytes], [1, clean(file).length]);
      assert.equal(read.fields['model'], named ? clean(value).toWellFormed() : undefined);
      const changed = readForm(read.with('model', 'né w'), 'multipart/form-data; boundary=XX');
      assert.deepEqual([changed.fields['model'], changed.fileBytes], ['né w', clean(file).length]);
    }),
  );
});
