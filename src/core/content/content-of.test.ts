import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentOf } from './content-of.ts';
import { mostCharacters, type Turn } from './model.ts';

const sent = { id: 'c', startedAtMs: 0, key: '', user: '' };
const asked = (body: unknown) =>
  contentOf({ ...sent, request: { text: JSON.stringify(body), mediaType: 'application/json', bytes: 1 } })
    .prompt!;
const answered = (body: unknown, mediaType = 'application/json') => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return contentOf({ ...sent, answer: { text, mediaType, bytes: 1 } }).answer!;
};
const texts = (turns: readonly Turn[]) =>
  turns.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : part.kind)));

test('of a long prompt the last turns stay; what is left out is counted', () => {
  const messages = Array.from({ length: 40 }, (_, n) => ({
    role: 'user',
    content: `${n} `.padEnd(5_000, 'x'),
  }));
  const { turns, omitted } = asked({ messages });
  assert.equal(turns.length, 14);
  assert.match(texts(turns).at(-1)!, /^39 /);
  const first = turns[0]!.parts[0]!;
  assert.ok(first.type === 'text' && first.truncated === 5_000 - (mostCharacters - 13 * 5_000));
  assert.deepEqual(omitted, { turns: 26, characters: 26 * 5_000 });
});

test('of a long answer the beginning stays, whole characters only', () => {
  const { turns, omitted } = answered({ choices: [{ message: { content: `x${'😀'.repeat(50_000)}` } }] });
  const part = turns[0]!.parts[0]!;
  assert.ok(part.type === 'text' && part.text.isWellFormed());
  assert.equal(part.text.length + part.truncated!, 100_001);
  assert.equal(omitted, undefined);
});

test('however many parts there are, little is kept', () => {
  const content = Array.from({ length: 100_000 }, () => ({ type: 'text', text: 'x' }));
  const { turns, omitted } = asked({ messages: [{ role: 'user', content }] });
  assert.equal(turns[0]!.parts.length, mostCharacters / 32);
  assert.equal(omitted!.characters, 100_000 - mostCharacters / 32);
});

test('other APIs: legacy completions, pictures, speech, embeddings, rerank, transcription, Converse', () => {
  assert.deepEqual(texts(asked({ prompt: ['a', 'b'], suffix: 'c' }).turns), ['a', 'b', 'c']);
  assert.deepEqual(texts(asked({ input: 'say it', instructions: 'softly' }).turns), ['softly', 'say it']);
  assert.deepEqual(texts(asked({ input: ['one', 'two'] }).turns), ['one', 'two']);
  assert.deepEqual(texts(asked({ input: [[1, 2], [3]] }).turns), ['tokens']);
  assert.deepEqual(texts(asked({ query: 'q', documents: ['d', { text: 'e' }] }).turns), ['q', 'd', 'e']);
  assert.deepEqual(texts(answered({ choices: [{ text: 'there' }] }).turns), ['there']);
  assert.deepEqual(texts(answered({ text: 'heard' }).turns), ['heard']);
  assert.deepEqual(texts(answered('heard', 'text/plain').turns), ['heard']);
  assert.deepEqual(answered({ data: [{ b64_json: 'AAAA' }] }).turns[0]!.parts, [
    { type: 'media', kind: 'image', mediaType: 'image/png', bytes: 3 },
  ]);
  assert.deepEqual(texts(answered({ data: [{ url: 'https://host/a.png?sig=1' }] }).turns), ['image']);
  assert.deepEqual(texts(answered({ data: [{ embedding: [0.1] }] }).turns), ['embedding']);
  assert.equal(answered({ object: 'list', data: [{ id: 'm', object: 'model' }] }).note, 'not-text');
  const converse = {
    output: {
      message: { role: 'assistant', content: [{ text: 'hi' }, { toolUse: { name: 'f', input: { a: 1 } } }] },
    },
  };
  assert.deepEqual(texts(answered(converse).turns), ['hi', '{"a":1}']);
  const listed = [
    { candidates: [{ content: { parts: [{ text: 'a' }] } }] },
    { candidates: [{ content: { parts: [{ text: 'b' }] } }] },
  ];
  assert.deepEqual(texts(answered(listed).turns), ['ab']);
});

test('never where a picture lies, nor what a tool is reached with', () => {
  const url = 'https://user:pass@host/cat.png?signature=s3cret';
  const body = {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: url },
          { type: 'input_file', file_url: url },
        ],
      },
    ],
    tools: [{ type: 'mcp', server_url: url, headers: { authorization: 'Bearer s3cret' } }],
  };
  const { turns } = asked(body);
  assert.deepEqual(texts(turns), ['image', 'file']);
  assert.ok(!JSON.stringify(turns).includes('s3cret'));
});

test('what is not known is named, what is no text says so', () => {
  assert.deepEqual(
    texts(asked({ messages: [{ role: 'user', content: [{ type: 'hologram', x: 1 }] }] }).turns),
    ['hologram'],
  );
  assert.equal(asked({ nothing: 1 }).note, 'not-text');
  assert.equal(answered('<html>', 'application/xml').note, 'not-text');
  const sound = contentOf({ ...sent, answer: { mediaType: 'audio/mpeg', bytes: 77 } }).answer!;
  assert.deepEqual(sound.turns, [
    { role: 'assistant', parts: [{ type: 'media', kind: 'audio', mediaType: 'audio/mpeg', bytes: 77 }] },
  ]);
  const guarded = contentOf({ ...sent, request: { mediaType: 'application/json', bytes: 9, note: 'guard' } });
  assert.deepEqual(guarded, { prompt: { turns: [], note: 'guard' } });
});

test('whatever JSON comes, it is read without a fault and within the limit', () => {
  const some = fc.constantFrom(
    'messages',
    'content',
    'input',
    'output',
    'choices',
    'delta',
    'type',
    'text',
    'role',
    'parts',
    'contents',
    'candidates',
    'tool_calls',
    'function',
    'source',
    'data',
    'index',
    'item',
    'response.output_item.done',
    'content_block_start',
    'content_block',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      some,
      fc.jsonValue(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(some, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(some, value, { maxKeys: 5 }), (body) => {
      const stream = `data: ${JSON.stringify(body)}\n\n`.repeat(2);
      for (const { turns } of [asked(body), answered(body), answered(stream, 'text/event-stream')])
        assert.ok(texts(turns).join('').length <= 2 * mostCharacters);
    }),
  );
});

test('streams of many small pieces are read in a moment', () => {
  const line = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
  const gemini = Array.from({ length: 60_000 }, (_, n) =>
    line({
      candidates: [
        { content: { parts: [n % 2 === 0 ? { text: 'a' } : { functionCall: { name: 'f', args: {} } }] } },
      ],
    }),
  ).join('');
  const responses = Array.from({ length: 60_000 }, (_, n) =>
    line({
      type: 'response.output_item.done',
      output_index: n,
      item: { type: 'message', content: [{ type: 'output_text', text: 'a' }] },
    }),
  ).join('');
  const began = performance.now();
  for (const stream of [gemini, responses])
    assert.ok(answered(stream, 'text/event-stream').turns[0]!.parts.length > 1_000);
  // With its square it would be minutes.
  assert.ok(performance.now() - began < 15_000);
});
