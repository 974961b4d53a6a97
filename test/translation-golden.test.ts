/** Golden files pin the translated body and its usage together. `TOLLGATE_UPDATE_GOLDEN=1` writes them anew, to be read by a person. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { test } from 'node:test';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { UpstreamCall } from '../src/core/llm/translate-contract.ts';
import {
  dialects,
  featureOf,
  isBinary,
  observe,
  providers,
  read,
  recorded,
  requestsOf,
  streamed,
  testdata,
  translate,
} from './support/translation-pairs.ts';

const update = process.env['TOLLGATE_UPDATE_GOLDEN'] === '1';

for (const dialect of dialects) {
  for (const provider of Object.keys(providers)) {
    test(`${dialect} → ${provider}: as the golden file says`, () => {
      const name = `golden/${dialect}-${provider}.json`;
      const actual = JSON.parse(JSON.stringify(observe(dialect, provider)));
      if (update) writeFileSync(join(testdata, name), `${JSON.stringify(actual, null, 1)}\n`);
      assert.deepEqual(actual, JSON.parse(read(name)));
    });

    test(`${dialect} → ${provider}: any chunking of a stream gives the same`, () => {
      for (const [name, body] of Object.entries(requestsOf(dialect))) {
        const { call } = name.startsWith('stream') ? translate(dialect, provider, body, true) : {};
        if (call !== undefined) anyChunking(call, featureOf(name));
      }
    });
  }
}

function anyChunking(call: UpstreamCall, feature: string | undefined): void {
  for (const lineEnd of isBinary(call) ? [undefined] : ['\n', '\r\n']) {
    const sent = recorded(call, 'stream.sse', feature);
    const whole = lineEnd === undefined ? sent : sent.replaceAll(/\r?\n/g, lineEnd);
    const expected = streamed(call, [whole]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (sizes) => {
        const actual = streamed(call, lineEnd === undefined ? cut(whole, sizes) : cutBytes(whole, sizes));
        assert.equal(actual.text, expected.text);
        assert.deepEqual(actual.stream.usage(), expected.stream.usage());
      }),
      { numRuns: 25 },
    );
  }
}

function cut(text: string, sizes: readonly number[]): string[] {
  const chunks: string[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return [...chunks, text.slice(at)];
}

/** As a socket cuts them: inside of characters too. */
function cutBytes(text: string, sizes: readonly number[]): string[] {
  const decoder = new StringDecoder('utf8');
  return cut(Buffer.from(text).toString('latin1'), sizes).map((bytes) =>
    decoder.write(Buffer.from(bytes, 'latin1')),
  );
}

for (const provider of Object.keys(providers)) {
  test(`Responses → ${provider}: OpenAI's SDK puts the streamed events together to the answer they end with`, async () => {
    for (const [name, body] of Object.entries(requestsOf('Responses'))) {
      if (body['stream'] !== true) continue;
      const { call } = translate('Responses', provider, body);
      // Refused, where the provider does not have what is asked for.
      if (call === undefined && name !== 'stream') continue;
      const { text } = streamed(call!, [recorded(call!, 'stream.sse', featureOf(name))]);
      const client = new OpenAI({
        apiKey: 'none',
        fetch: async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } }),
      });
      const events: OpenAI.Responses.ResponseStreamEvent[] = [];
      const stream = client.responses.stream(body as never).on('event', (event) => events.push(event));
      const { output, output_text } = await stream.finalResponse();
      const told = events.at(-1) as OpenAI.Responses.ResponseCompletedEvent;
      assert.equal(told.type, 'response.completed');
      assert.deepEqual(withoutParsed(output), withoutParsed(told.response.output), name);
      assert.equal(output_text, 'Hello é漢');
      assert.deepEqual(
        events.map(({ sequence_number }) => sequence_number),
        events.map((_, index) => index),
      );
      const done = events.flatMap((event) =>
        event.type === 'response.output_item.done' ? [event.item] : [],
      );
      assert.deepEqual(withoutParsed(done), withoutParsed(told.response.output), name);
    }
  });
}

/** The SDK adds what it parsed to the items. */
function withoutParsed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (/^parsed/.test(key) ? undefined : member)));
}
