/** Where in an answer a citation belongs, and what of documents is cited: what the golden files of the pairs do not have. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { citationsOfGemini, groundingMetadata } from './citations-gemini.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import type { CanonicalResponse, StreamEvent } from './model.ts';
import { byteAt, characterAt } from './text-places.ts';
import { streamed, target, translated } from './translate.fixture.ts';
import { noUsage } from './usage.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const url = 'https://example.com/a';

test('bytes and characters of a text are told from each other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const all = before + after;
      assert.equal(byteAt(all, before.length), Buffer.byteLength(before));
      assert.equal(characterAt(all, Buffer.byteLength(before)), before.length);
      assert.equal(characterAt(all, Buffer.byteLength(all)), all.length);
    }),
  );
});

test('Gemini’s places come back as they went', () => {
  fc.assert(
    fc.property(text, text, text, (before, cited, after) => {
      const start = before.length;
      const citations = [{ url, title: 'A', start, end: start + cited.length }];
      const metadata = groundingMetadata(citations, [before + cited + after]);
      assert.deepEqual(citationsOfGemini({ groundingMetadata: metadata }, before + cited + after), citations);
    }),
  );
});

const document = {
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data: 'It says' },
  context: 'From today',
  citations: { enabled: true },
};
const asked = {
  max_tokens: 9,
  messages: [{ role: 'user', content: [document, { type: 'text', text: 'x' }] }],
};

test('documents are to be cited where the model may be one that does', () => {
  const at = (model: string) => {
    const to = target({ provider: 'bedrock', model, bedrock: {} });
    const { body, drops } = translated(asked, { routeType: 'Messages', target: to });
    return { document: JSON.parse(body).messages[0].content[0].document, drops };
  };
  const profile = at('arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc');
  assert.deepEqual([profile.document.context, profile.document.citations], ['From today', { enabled: true }]);
  assert.deepEqual(profile.drops, []);
  const nova = at('amazon.nova-pro-v1:0');
  assert.deepEqual([nova.document.context, nova.document.citations], [undefined, undefined]);
  assert.deepEqual(nova.drops, ['document.citations', 'document.context']);
});

const parts: CanonicalResponse['parts'] = [
  { type: 'text', text: 'Hello ' },
  { type: 'text', text: 'there' },
  { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
  { type: 'text', text: 'and here' },
];
const citations = [
  { url, start: 6, end: 11 },
  { url: `${url}/2`, start: 15, end: 19 },
  { document: 0, unit: 'page' as const, from: 1, to: 2, start: 0, end: 6 },
];
const options = { nowSeconds: 1, request: {}, includeUsage: true };

/** By message: which words each annotation stands for. */
function wordsCited(output: { type: string; content?: { text: string; annotations: object[] }[] }[]) {
  return output.flatMap(({ content = [] }) =>
    content.map(({ text: said, annotations }) =>
      annotations.map((one) => {
        const { start_index, end_index } = one as { start_index: number; end_index: number };
        return said.slice(start_index, end_index);
      }),
    ),
  );
}

test('places are counted in the message of Responses that they are told with, whole and streamed', () => {
  const response = { id: 'a', model: 'm', parts, citations, finishReason: 'stop' as const };
  const whole = JSON.parse(openaiResponses.encodeResponse(response, noUsage, options));
  assert.deepEqual(wordsCited(whole.output), [['there'], ['here']]);
  const encoder = openaiResponses.encodeStream(options);
  const events: StreamEvent[] = [
    { type: 'start', id: 'a', model: 'm' },
    { type: 'text', text: 'Hello ' },
    { type: 'block-end' },
    { type: 'text', text: 'there' },
    { type: 'citation', citation: citations[0]! },
    { type: 'tool-start', index: 0, id: 'c', name: 'f' },
    { type: 'text', text: 'and here' },
    { type: 'citation', citation: citations[1]! },
    { type: 'citation', citation: citations[2]! },
    { type: 'finish', reason: 'stop' },
    { type: 'end' },
  ];
  const out = events.map((event) => encoder.encode(event, () => noUsage)).join('');
  const last = JSON.parse(out.trimEnd().split('data: ').at(-1)!);
  assert.deepEqual(wordsCited(last.response.output), [['there'], ['here']]);
  const decoded = openaiResponses.decodeResponse(last.response).citations;
  assert.deepEqual(
    decoded?.map(({ start, end }) => [start, end]),
    [
      [6, 11],
      [15, 19],
    ],
  );
  const decoder = openaiResponses.decodeStream();
  const heard = out
    .split('\n\n')
    .flatMap((event) => (event === '' ? [] : decoder.push({ event: '', data: event.split('data: ')[1]! })));
  assert.deepEqual(
    heard.flatMap((event) => (event.type === 'citation' ? [[event.citation.start, event.citation.end]] : [])),
    [
      [6, 11],
      [15, 19],
    ],
  );
});

test('what Bedrock cites of documents, Anthropic’s SDK puts together block by block', async () => {
  const to = target({ provider: 'bedrock', model: 'amazon.nova-pro-v1:0', bedrock: {} });
  const location = { documentPage: { documentIndex: 0, start: 2, end: 3 } };
  const citation = { title: 'T', sourceContent: [{ text: 'It ' }, { text: 'says' }], location };
  const content = [
    { text: 'Hello ' },
    { citationsContent: { content: [{ text: 'there' }], citations: [citation, { title: 'no place' }] } },
  ];
  const { reply } = translated(asked, { routeType: 'Messages', target: to });
  const body = { output: { message: { content } }, stopReason: 'end_turn' };
  const whole = JSON.parse(reply.plain(JSON.stringify(body), 'application/json').body);
  const expected = {
    type: 'page_location',
    cited_text: 'It says',
    document_index: 0,
    document_title: 'T',
    file_id: null,
    start_page_number: 2,
    end_page_number: 3,
  };
  assert.deepEqual(whole.content, [
    { type: 'text', text: 'Hello ' },
    { type: 'text', text: 'there', citations: [expected] },
  ]);
  const chat = translated({ ...asked, stream: true }, { routeType: 'Messages', target: to });
  const events = streamedWhole(chat.reply.plain(JSON.stringify(body), 'application/json').asStream!().body);
  const message = await events.finalMessage();
  const blocks = message.content as Anthropic.TextBlock[];
  assert.deepEqual(
    blocks.map((block) => [block.text, block.citations]),
    [
      ['Hello ', undefined],
      ['there', [expected]],
    ],
  );
});

function streamedWhole(events: string) {
  const fetch = async () => new Response(events, { headers: { 'content-type': 'text/event-stream' } });
  const client = new Anthropic({ apiKey: 'none', fetch });
  return client.messages.stream({ model: 'm', max_tokens: 9, messages: [] });
}

test('Gemini tells its places once, with the words that they stand for', () => {
  const web = { uri: url, title: 'A' };
  const chunk = (said: string, more: object) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: said }] }, ...more }] })}\n\n`;
  const supports = (endIndex: number) => [
    { segment: { endIndex, text: 'Hé' }, groundingChunkIndices: [0, 7] },
  ];
  const call = translated(
    { messages: [{ role: 'user', content: 'x' }], stream: true },
    { target: target({ provider: 'gemini', model: 'm' }) },
  );
  const { out } = streamed(call, [
    chunk('Hé', { groundingMetadata: { groundingChunks: [{ web }] } }),
    chunk('llo', { groundingMetadata: { groundingChunks: [{ web }], groundingSupports: supports(3) } }),
    chunk('.', {
      groundingMetadata: { groundingChunks: [{ web }], groundingSupports: supports(3) },
      finishReason: 'STOP',
    }),
  ]);
  const told = [...out.matchAll(/"start_index":(\d+),"end_index":(\d+)/g)].map(([, ...range]) => range);
  assert.deepEqual(told, [['0', '2']]);
});
