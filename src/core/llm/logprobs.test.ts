/** How likely tokens were: what the golden files of the pairs do not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteType } from '../config/snapshot.ts';
import type { Fields } from './fields.ts';
import { logprobsOfGemini, logprobsOfOpenai, logprobsResult, openaiLogprobs } from './logprobs.ts';
import { clientCall, dataOf, hello, streamed, target, translated } from './translate.fixture.ts';
import { translateRequest } from './translate.ts';

const gemini = target({ provider: 'gemini', model: 'gemini-2.5-flash' });
const chat = target({ provider: 'custom', model: 'm', formats: [{ type: 'Completions' }] });
const responses = target({ provider: 'custom', model: 'm', formats: [{ type: 'Responses' }] });
const include = ['message.output_text.logprobs'];

const sent = (body: object, routeType: RouteType, to = gemini): Fields =>
  JSON.parse(
    translated(body, { routeType, target: to, pathAndQuery: '/v1beta/models/m:generateContent' }).body,
  );

test('how many others are asked for, in each API’s way', () => {
  const none = sent({ ...hello, logprobs: true }, 'Completions');
  assert.deepEqual(none['generationConfig'], { responseLogprobs: true });
  const two = sent({ ...hello, logprobs: true, top_logprobs: 2 }, 'Completions');
  assert.deepEqual(two['generationConfig'], { responseLogprobs: true, logprobs: 2 });
  const included = sent({ input: 'x', include }, 'Responses', chat);
  assert.deepEqual([included['logprobs'], included['top_logprobs']], [true, undefined]);
  const asked = sent({ ...hello, logprobs: true, top_logprobs: 3 }, 'Completions', responses);
  assert.deepEqual([asked['include'], asked['top_logprobs']], [include, 3]);
  const off = sent({ ...hello, logprobs: false }, 'Completions', responses);
  assert.deepEqual([off['include'], off['top_logprobs']], [undefined, undefined]);
});

test('a provider that reports none refuses by the name of the field, whichever asked', () => {
  const cases: [RouteType, object, string][] = [
    ['Completions', { ...hello, logprobs: true }, 'logprobs'],
    ['Responses', { input: 'x', include }, 'include'],
    ['Responses', { input: 'x', top_logprobs: 1 }, 'top_logprobs'],
    [
      'GenerateContent',
      { contents: [{ parts: [{ text: 'x' }] }], generation_config: { response_logprobs: true } },
      'generationConfig.responseLogprobs',
    ],
  ];
  for (const provider of ['anthropic', 'bedrock'] as const)
    for (const [routeType, body, path] of cases) {
      const pathAndQuery = '/v1beta/models/m:generateContent';
      const call = clientCall(body, { routeType, pathAndQuery, target: target({ provider, bedrock: {} }) });
      const result = translateRequest(call);
      assert.ok(!result.ok);
      assert.deepEqual([result.fault.status, result.fault.path], [400, path]);
      assert.match(result.fault.message, /no log probabilities/);
    }
});

test('how many without whether is told, not asked', () => {
  const call = translated({ ...hello, top_logprobs: 2 }, { target: gemini });
  assert.deepEqual(call.drops, ['top_logprobs (without logprobs)']);
  assert.equal(JSON.parse(call.body).generationConfig, undefined);
});

test('bytes are those of the token, unless it is a piece of a character', () => {
  const tokens = logprobsOfGemini({
    logprobsResult: { chosenCandidates: [{ token: '漢😀', logProbability: -1 }, { token: '\ufffd' }] },
  })!;
  const [whole, piece] = openaiLogprobs(tokens);
  assert.deepEqual(whole!['bytes'], [...Buffer.from('漢😀')]);
  assert.deepEqual([piece!['bytes'], piece!['logprob']], [null, 0]);
});

test('there and back is the same', () => {
  const top = [{ token: 'a', logprob: -0.5 }];
  const tokens = [
    { token: 'a', logprob: -0.5, top },
    { token: 'b', logprob: -1, top: [] },
  ];
  assert.deepEqual(logprobsOfGemini({ logprobsResult: logprobsResult(tokens) }), tokens);
  assert.deepEqual(logprobsOfOpenai(openaiLogprobs(tokens, { bytes: false })), tokens);
});

test('a report beside no words reaches the client too', () => {
  const body = { ...hello, logprobs: true, stream: true };
  const chunk = (candidate: object) =>
    `data: ${JSON.stringify({ candidates: [candidate], usageMetadata: { promptTokenCount: 1 } })}\n\n`;
  const logprobsResult = { chosenCandidates: [{ token: 'Hi', logProbability: -1 }] };
  const { out } = streamed(translated(body, { target: gemini }), [
    chunk({ content: { parts: [{ text: 'Hi' }] } }),
    chunk({ finishReason: 'STOP', logprobsResult }),
  ]);
  const told = dataOf(out).flatMap((data) =>
    data.startsWith('{') ? (JSON.parse(data).choices[0]?.logprobs?.content ?? []) : [],
  );
  assert.deepEqual(
    told.map(({ token }: { token: string }) => token),
    ['Hi'],
  );
});
