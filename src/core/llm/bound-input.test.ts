import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundInputTokens } from './bound-input.ts';

const framing = 600;
const picture = 8_000;
const bytes = (text: string) => Buffer.byteLength(text);
const data = 'iVBORw0KGgo'.repeat(1_000);
const chat = (content: unknown, extra: object = {}) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...extra });
const openaiPicture = (url: string) => ({ type: 'image_url', image_url: { url } });
const anthropicPicture = (text: string) => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: text },
});

test('never below the bytes of the text: no tokenizer makes more tokens than bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const body = chat(text);
      assert.ok(boundInputTokens(body) >= bytes(body) + framing);
    }),
  );
  assert.equal(boundInputTokens('{"a":"é漢"}'), bytes('{"a":"é漢"}') + framing);
});

test('a picture counts by its size, wherever the APIs take one', () => {
  const inside: [string, number][] = [
    [chat([openaiPicture(`data:image/png;base64,${data}`)]), 1],
    [chat([anthropicPicture(data), anthropicPicture(data)]), 2],
    [chat([{ type: 'tool_result', tool_use_id: 't', content: [anthropicPicture(data)] }]), 1],
    [
      JSON.stringify({
        input: [{ content: [{ type: 'input_image', image_url: `data:image/png;base64,${data}` }] }],
      }),
      1,
    ],
  ];
  for (const [body, count] of inside)
    assert.equal(boundInputTokens(body), bytes(body) + framing + count * (picture - data.length));
  const inline = (name: string, type: string) => ({ [name]: { [type]: 'image/png', data } });
  const gemini = JSON.stringify({
    contents: [{ parts: [inline('inlineData', 'mimeType'), inline('inline_data', 'mime_type')] }],
  });
  assert.equal(boundInputTokens(gemini), bytes(gemini) + framing + 2 * (picture - data.length));
  const result = JSON.stringify({
    input: [
      {
        type: 'function_call_output',
        output: [{ type: 'input_image', image_url: `data:image/png;base64,${data}` }],
      },
    ],
  });
  assert.equal(boundInputTokens(result), bytes(result) + framing + picture - data.length);
  const byUrl = chat([openaiPicture('https://example.com/a.png')]);
  assert.equal(boundInputTokens(byUrl), bytes(byUrl) + framing + picture);
});

test('what only looks like a picture is text, and counts in full', () => {
  const long = 'a'.repeat(100_000);
  const bodies = [
    // A picture beside a text without spaces.
    chat([
      { type: 'text', text: long },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ]),
    chat([{ type: 'text', text: JSON.stringify(anthropicPicture(long)) }]),
    chat([anthropicPicture(`${long} not base64`)]),
    chat('x', { tools: [{ input_schema: anthropicPicture(long) }] }),
    chat([{ type: 'tool_use', input: anthropicPicture(long) }]),
    chat([{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: long } }]),
  ];
  for (const body of bodies) assert.ok(boundInputTokens(body) >= bytes(body) + framing, body.slice(0, 120));
});

test('a picture whose type is written with escapes is one', () => {
  const body = chat([openaiPicture('https://example.com/a.png')]).replace('"image_url"', '"\\u0069mage_url"');
  assert.equal(boundInputTokens(body), bytes(body) + framing + picture);
});

test('models that charge more for a picture', () => {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: [openaiPicture('https://x/a.png')] }],
  });
  assert.equal(boundInputTokens(body), bytes(body) + framing + 49_000);
});
