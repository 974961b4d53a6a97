import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderTarget } from '../config/snapshot.ts';
import { limitOutput } from './limit-output.ts';
import { clientCall, hello, streamed, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';
import { noUsage } from './usage.ts';

const gemini = (pathAndQuery: string, extra: Partial<ProviderTarget> = {}) => ({
  routeType: 'GenerateContent' as const,
  target: target({ provider: 'gemini' as const, model: undefined, ...extra }),
  pathAndQuery,
});
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];

test('native Gemini: bytes go through, the model is in the path, an output limit is set where the API has it', () => {
  const body =
    '{"contents":[{"parts":[{"text":"hi"}]}], "generation_config":{"max_output_tokens":900, "x":1}}';
  const call = translated(body, gemini('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'));
  assert.equal(call.body, body);
  assert.equal(call.url, 'http://127.0.0.1:1/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
  assert.equal(call.headers['x-goog-api-key'], 'sk-upstream');
  assert.deepEqual([call.streaming, call.requestModel, call.maxTokens], [true, 'gemini-2.5-flash', 900]);
  assert.deepEqual(JSON.parse(limitOutput(call, 50).body).generation_config, { max_output_tokens: 50, x: 1 });
  assert.equal(limitOutput(call, 900), call);
  const plain = translated(
    { contents },
    gemini('/v1beta/models/a:generateContent', { model: 'gemini-3-pro', pathPrefix: '/v1beta' }),
  );
  assert.equal(plain.url, 'http://127.0.0.1:1/v1beta/models/gemini-3-pro:generateContent');
  assert.deepEqual(JSON.parse(limitOutput(plain, 50).body).generationConfig, { maxOutputTokens: 50 });
  const kept = { contents, cachedContent: 'cachedContents/1' };
  assert.ok(translated(kept, gemini('/v1beta/models/a:generateContent')).boundInput() > 1_000_000);
});

test('native Gemini: counting tokens uses none', () => {
  const call = translated(
    { contents },
    { ...gemini('/v1beta/models/gemini-2.5-flash:countTokens'), routeType: 'GeminiCountTokens' },
  );
  assert.equal(call.url, 'http://127.0.0.1:1/v1beta/models/gemini-2.5-flash:countTokens');
  assert.deepEqual(call.reply.plain('{"totalTokens":3}', 'application/json').usage, noUsage);
});

test('Gemini: paths of other kinds are refused', () => {
  const cases: [string, RegExp][] = [
    ['/v1beta/models/a:embedContent', /"embedContent" is not served/],
    ['/v1beta/models/a:countTokens', /"countTokens" is not served/],
    ['/v1beta/models/a:streamGenerateContent', /alt=sse/],
    ['/v1beta/models/a%zz:generateContent', /well encoded/],
    ['/v1beta/cachedContents', /must end in/],
  ];
  for (const [path, message] of cases) {
    const result = translateRequest(clientCall({ contents }, gemini(path)));
    assert.match(result.ok ? '' : result.fault.message, message, path);
  }
});

test('Gemini: a signature of a call goes through a client of another API and back to Gemini only', () => {
  const openai = { target: target({ provider: 'gemini', model: 'gemini-3-pro' }) };
  const call = { functionCall: { name: 'f', args: {} }, thoughtSignature: 'U0lH' };
  const answer = {
    responseId: 'r',
    modelVersion: 'm',
    candidates: [{ content: { parts: [call] }, finishReason: 'STOP' }],
  };
  const reply = translated(hello, openai).reply.plain(JSON.stringify(answer), '');
  const { message } = JSON.parse(reply.body).choices[0];
  const next = {
    messages: [...hello.messages, message, { role: 'tool', tool_call_id: 'call_r_0', content: 'x' }],
  };
  const back = translated(next, openai);
  assert.equal(JSON.parse(back.body).contents[1].parts[0].thoughtSignature, 'U0lH');
  assert.deepEqual(back.drops, []);
  const elsewhere = translated(next);
  assert.doesNotMatch(elsewhere.body, /U0lH/);
  assert.match(elsewhere.drops!.join(), /thinking of earlier turns/);
  const { thinking_blocks: _, ...forgotten } = message;
  const unsigned = translated({ messages: [...hello.messages, forgotten] }, openai);
  assert.match(unsigned.body, /skip_thought_signature_validator/);
});

test('Gemini: a stream without its end, a refused prompt, a report that comes after the end', () => {
  const call = translated(
    { ...hello, stream: true },
    { target: target({ provider: 'gemini', model: 'gemini-2.5-flash' }) },
  );
  const chunk = (rest: object) =>
    `data: ${JSON.stringify({ modelVersion: 'm', responseId: 'r', ...rest })}\n\n`;
  const said = chunk({ candidates: [{ content: { parts: [{ text: 'x' }] } }] });
  assert.match(streamed(call, [said]).out, /before it was complete/);
  const blocked = streamed(call, [chunk({ promptFeedback: { blockReason: 'SAFETY' } })]);
  assert.match(blocked.out, /"finish_reason":"content_filter"/);
  const stop = chunk({ candidates: [{ finishReason: 'STOP' }] });
  const late = chunk({ usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 8 } });
  const { out, stream } = streamed(call, [said, stop, late]);
  assert.match(out, /\[DONE\]/);
  assert.deepEqual(
    [stream.usage().inputTokens, stream.usage().outputTokens, stream.usage().estimated],
    [7, 8, false],
  );
  assert.match(streamed(call, [said, stop], 'broken').out, /before it was complete/);
});

test('reasoning that another provider signed is taken out of calls that go through as they are, and nothing else is', () => {
  const ours = { type: 'reasoning', summary: [], encrypted_content: 'tollgate.signed.c2ln' };
  const theirs = { type: 'reasoning', summary: [], encrypted_content: 'gAAAA' };
  const openai = { routeType: 'Responses' as const, target: target({ provider: 'openai', model: 'gpt-5' }) };
  const input = (...items: object[]) => ({
    model: 'gpt-5',
    input: [{ role: 'user', content: 'x' }, ...items],
  });
  assert.deepEqual(JSON.parse(translated(input(theirs, ours), openai).body), input(theirs));
  const untouched = JSON.stringify(input(theirs)).replace('"x"', '"\\u0078"');
  assert.equal(translated(untouched, openai).body, untouched);

  const messages = (...content: object[]) => ({
    model: 'claude-sonnet-5',
    max_tokens: 9,
    messages: [{ role: 'assistant', content }],
  });
  const text = { type: 'text', text: 'x' };
  const kept = [
    { type: 'thinking', thinking: 't', signature: 'c2ln' },
    { type: 'redacted_thinking', data: 'Em' },
    text,
  ];
  const gone = [
    { type: 'redacted_thinking', data: 'gemini:U0lH' },
    { type: 'thinking', thinking: 't', signature: '' },
  ];
  const native = { routeType: 'Messages' as const };
  assert.deepEqual(JSON.parse(translated(messages(...gone, ...kept), native).body), messages(...kept));

  const parts = (...all: object[]) => ({ contents: [{ role: 'model', parts: all }] });
  const call = { functionCall: { name: 'f', args: {} } };
  const marked = parts(
    { text: 't', thought: true, thoughtSignature: 'tollgate/signed/c2ln' },
    { ...call, thoughtSignature: 'tollgate/redactdEm' },
    { ...call, thoughtSignature: 'U0lH' },
  );
  const { body } = translated(marked, gemini('/v1beta/models/a:generateContent'));
  assert.deepEqual(JSON.parse(body), parts(call, { ...call, thoughtSignature: 'U0lH' }));
});
