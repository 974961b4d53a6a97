import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallKind } from './kind.ts';
import type { GuardScope } from './model.ts';
import { requestTexts } from './request-texts.ts';
import { unreadableAnswer, unreadablePart } from './unreadable-parts.ts';

const everything: GuardScope[] = ['SystemPrompt', 'Messages', 'ToolInput', 'ToolOutput'];
const found = (kind: CallKind, body: object, scopes = everything) => {
  const part = unreadablePart(kind, body as Record<string, unknown>, new Set(scopes));
  return part && `${part.scope} ${part.path} ${part.type}`;
};
const turn = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const text = { type: 'text', text: 'x' };
const png = { type: 'image', source: { type: 'base64', data: 'AAAA' } };
const result = (...content: object[]) => turn({ type: 'tool_result', tool_use_id: 'a', content });

test('pictures, sound, files and tokens are named by their place and kind', () => {
  const cases: [CallKind, object, string][] = [
    [
      'Completions',
      turn(text, { type: 'image_url', image_url: {} }),
      'Messages messages[0].content[1] image_url',
    ],
    [
      'Completions',
      turn({ type: 'input_audio', input_audio: {} }),
      'Messages messages[0].content[0] input_audio',
    ],
    ['Messages', turn(text, png), 'Messages messages[0].content[1] image'],
    [
      'Messages',
      turn({ type: 'document', source: { type: 'url' } }),
      'Messages messages[0].content[0] document',
    ],
    [
      'Messages',
      turn({ type: 'container_upload', file_id: 'f' }),
      'Messages messages[0].content[0] container_upload',
    ],
    ['AnthropicTokenCount', turn(png), 'Messages messages[0].content[0] image'],
    ['Messages', result(text, png), 'ToolOutput messages[0].content[0].content[1] image'],
    [
      'Responses',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }] },
      'Messages input[0].content[0] input_file',
    ],
    [
      'Responses',
      { input: [{ type: 'function_call_output', output: [{ type: 'input_image' }] }] },
      'ToolOutput input[0].output[0] input_image',
    ],
    [
      'Responses',
      { input: [{ type: 'computer_call_output', output: {} }] },
      'ToolOutput input[0] computer_call_output',
    ],
    [
      'GenerateContent',
      { contents: [{ parts: [{ text: 'x' }, { inline_data: {} }] }] },
      'Messages contents[0].parts[1] inline_data',
    ],
    [
      'GeminiCountTokens',
      { generateContentRequest: { contents: [{ parts: [{ fileData: {} }] }] } },
      'Messages generateContentRequest.contents[0].parts[0] fileData',
    ],
    ['Embeddings', { input: [1, 2, 3] }, 'Messages input[0] tokens'],
    ['TextCompletions', { prompt: [[1, 2]] }, 'Messages prompt[0] object'],
    ['Rerank', { documents: ['a', { image: 'x' }] }, 'Messages documents[1] document'],
  ];
  for (const [kind, body, expected] of cases) assert.equal(found(kind, body), expected);
});

test('texts in every form are none of them', () => {
  const source = { type: 'text', data: 'x' };
  const search = { type: 'search_result', title: 't', content: [text] };
  const cases: [CallKind, object][] = [
    ['Completions', { messages: [{ role: 'user', content: 'x' }, ...turn(text).messages] }],
    [
      'Messages',
      turn(text, { type: 'document', source }, search, { type: 'thinking' }, { type: 'tool_use' }),
    ],
    ['Messages', result(text, search, { type: 'document', source })],
    ['Responses', { input: 'x' }],
    [
      'Responses',
      {
        input: [
          { type: 'reasoning', content: [], summary: [] },
          { type: 'function_call_output', output: 'x' },
        ],
      },
    ],
    ['GenerateContent', { contents: [{ parts: [{ text: 'x' }, { functionResponse: { response: {} } }] }] }],
    ['Embeddings', { input: ['x', 'y'] }],
    ['Rerank', { documents: ['a', { text: 'b' }] }],
    ['ImageGenerations', { prompt: 'x' }],
  ];
  for (const [kind, body] of cases) assert.equal(found(kind, body), undefined, kind);
});

test('only in parts of the request that are looked at', () => {
  assert.equal(found('Messages', result(png), ['SystemPrompt', 'Messages']), undefined);
  assert.match(found('Messages', result(png), ['ToolOutput'])!, /image/);
});

test('texts of images, speech and legacy completions, and those inside of results, are looked at', () => {
  const texts = (kind: CallKind, body: object) =>
    requestTexts(kind, body as Record<string, unknown>)!.map((slot) => `${slot.scope} ${slot.text}`);
  assert.deepEqual(texts('ImageGenerations', { prompt: 'a cat' }), ['Messages a cat']);
  assert.deepEqual(texts('Speech', { input: 'hello', instructions: 'softly' }), [
    'Messages hello',
    'SystemPrompt softly',
  ]);
  assert.deepEqual(texts('TextCompletions', { prompt: ['a', 'b'], suffix: 'c' }), [
    'Messages a',
    'Messages b',
    'Messages c',
  ]);
  const inside = result({ type: 'search_result', title: 't', content: [text] });
  assert.deepEqual(texts('Messages', inside), ['ToolOutput t', 'ToolOutput x']);
});

test('an answer in sound or pictures is asked for by the name of a member, however it is written', () => {
  const at = (kind: CallKind, body: object) => unreadableAnswer(kind, JSON.stringify(body));
  assert.equal(at('Completions', { modalities: ['text', 'audio'] }), 'modalities');
  assert.equal(unreadableAnswer('Completions', '{"mod\\u0061lities":["audio"]}'), 'modalities');
  const path = 'generationConfig.responseModalities';
  assert.equal(at('GenerateContent', { generationConfig: { responseModalities: ['IMAGE'] } }), path);
  assert.equal(at('GenerateContent', { generation_config: { response_modalities: ['AUDIO'] } }), path);
  assert.equal(at('GenerateContent', { generationConfig: { responseModalities: ['TEXT'] } }), undefined);
  assert.equal(at('Completions', { modalities: ['text'], messages: [] }), undefined);
  assert.equal(at('Messages', { modalities: ['audio'] }), undefined);
  assert.equal(unreadableAnswer('Completions', 'modalities'), undefined);
});
