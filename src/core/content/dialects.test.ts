/** Whatever dialect a call is in, and however its answer was delivered: the words, calls and results that went by are recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Format } from '../llm/format.ts';
import { anthropicMessages } from '../llm/formats/anthropic-messages/index.ts';
import { geminiGenerate } from '../llm/formats/gemini-generate/index.ts';
import { openaiChat } from '../llm/formats/openai-chat/index.ts';
import { openaiResponses } from '../llm/formats/openai-responses/index.ts';
import type { CanonicalResponse, Message, StreamEvent } from '../llm/model.ts';
import { responsesEnding } from '../llm/responses.fixture.ts';
import { noUsage } from '../llm/usage.ts';
import { contentOf } from './content-of.ts';
import type { Recorded } from './model.ts';

const formats: Record<string, Format> = { anthropicMessages, geminiGenerate, openaiChat, openaiResponses };
const sent = { id: 'c', startedAtMs: 0, key: '', user: '' };
const of = (text: string, mediaType: string) => ({ text, mediaType, bytes: text.length });
const answered = (text: string, mediaType: string) =>
  contentOf({ ...sent, answer: of(text, mediaType) }).answer!;
const asked = (text: string) => contentOf({ ...sent, request: of(text, 'application/json') }).prompt!;

/** Kind, name and text of each part; arguments as the JSON they are. */
function told({ turns }: Recorded): unknown[] {
  return turns
    .flatMap(({ parts }) => parts)
    .map((part) => {
      if (part.type === 'toolCall') return ['toolCall', part.name, JSON.parse(part.text)];
      return 'text' in part ? [part.type, part.text] : [part.type];
    });
}

const response = responsesEnding('length', 'stop');

const usage = { ...noUsage, inputTokens: 9, outputTokens: 5 };
const context = { nowSeconds: 1, request: {}, includeUsage: true };

function eventsOf({ id, model, parts, finishReason }: CanonicalResponse): StreamEvent[] {
  let tools = 0;
  return [
    { type: 'start', id, model },
    ...parts.flatMap((part): StreamEvent[] => {
      if (part.type === 'text') return [...part.text].map((text) => ({ type: 'text', text }));
      if (part.type === 'thinking') return [{ type: 'thinking', text: part.text }];
      const index = tools++;
      return [
        { type: 'tool-start', index, id: part.id, name: part.name },
        ...[...part.arguments].map((text) => ({ type: 'tool-arguments' as const, index, text })),
      ];
    }),
    { type: 'finish', reason: finishReason },
    { type: 'end' },
  ];
}

for (const [name, format] of Object.entries(formats)) {
  test(`${name}: an answer, whole and streamed letter by letter`, () => {
    fc.assert(
      fc.property(response, (canonical) => {
        const expected = canonical.parts.map((part) => {
          if (part.type === 'tool-call') return ['toolCall', 'f', JSON.parse(part.arguments)];
          return [part.type === 'text' ? 'text' : 'reasoning', part.text];
        });
        const body = format.encodeResponse(canonical, usage, context);
        assert.deepEqual(told(answered(body, 'application/json')), expected);
        const encoder = format.encodeStream(context);
        const stream = eventsOf(canonical)
          .map((event) => encoder.encode(event, () => usage))
          .join('');
        assert.deepEqual(told(answered(stream, 'text/event-stream')), expected);
      }),
    );
  });

  test(`${name}: a stream cut off anywhere has the words before the cut`, () => {
    const canonical: CanonicalResponse = {
      id: 'r',
      model: 'm',
      parts: [{ type: 'text', text: 'The quick brown fox' }],
      finishReason: 'stop',
    };
    const encoder = format.encodeStream(context);
    const stream = eventsOf(canonical)
      .map((event) => encoder.encode(event, () => usage))
      .join('');
    fc.assert(
      fc.property(fc.nat(stream.length), (at) => {
        const text = told(answered(stream.slice(0, at), 'text/event-stream'));
        assert.ok('The quick brown fox'.startsWith(String((text[0] as string[] | undefined)?.[1] ?? '')));
      }),
    );
  });

  test(`${name}: a request with instructions, a picture, a call and its result`, () => {
    const messages: Message[] = [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'What is on it?' },
          { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAAAAAA' } },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'I look.' },
          { type: 'tool-call', id: 'c1', name: 'look', arguments: '{"at":"it"}' },
        ],
      },
      {
        role: 'user',
        parts: [
          { type: 'tool-result', id: 'c1', parts: [{ type: 'text', text: 'a cat' }] },
          { type: 'text', text: 'Well?' },
        ],
      },
    ];
    const wire = format.encodeRequest(
      {
        model: 'm',
        system: [{ type: 'text', text: 'Be brief.' }],
        messages,
        tools: [],
        stop: [],
        stream: false,
        includeUsage: false,
      },
      [],
    );
    const { turns } = asked(JSON.stringify(wire));
    const found = turns.flatMap(({ parts }) => parts);
    assert.ok(/^(system|developer)$/.test(turns[0]!.role), turns[0]!.role);
    assert.deepEqual(
      found.map((part) => ('text' in part ? part.type : 'kind' in part ? part.kind : '')),
      ['text', 'text', 'image', 'text', 'toolCall', 'toolResult', 'text'],
    );
    assert.deepEqual(found[2], { type: 'media', kind: 'image', mediaType: 'image/png', bytes: 6 });
    const texts = found.map((part) => ('text' in part ? part.text : ''));
    for (const text of ['Be brief.', 'What is on it?', 'I look.', 'Well?'])
      assert.ok(texts.includes(text), text);
    assert.match(texts[5]!, /a cat/);
    assert.ok(!JSON.stringify(turns).includes('AAAAAAAA'));
  });
}
