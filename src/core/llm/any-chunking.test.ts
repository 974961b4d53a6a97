/** Any answer, in the stream of any dialect, to a client of any other, cut anywhere: the same events, the same usage, nothing lost. */
import assert from 'node:assert/strict';
import { StringDecoder } from 'node:string_decoder';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Format } from './format.ts';
import { anthropicMessages } from './formats/anthropic-messages/index.ts';
import { geminiGenerate } from './formats/gemini-generate/index.ts';
import { openaiChat } from './formats/openai-chat/index.ts';
import { openaiResponses } from './formats/openai-responses/index.ts';
import type { StreamEvent, TokenLogprob } from './model.ts';
import { translatedStream } from './stream-translated.ts';
import { noUsage } from './usage.ts';

const formats: Record<string, Format> = { anthropicMessages, geminiGenerate, openaiChat, openaiResponses };
const options = { includeUsage: true, nowSeconds: 1, request: {} };
const usage = { ...noUsage, inputTokens: 40, cachedInputTokens: 10, outputTokens: 2_000 };

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });

const chance = fc.record({ token: words, logprob: fc.double({ min: -30, max: -0.001, noNaN: true }) });
/** Of some of the words. */
const report = fc.option(
  fc.array(
    fc.tuple(chance, fc.array(chance, { maxLength: 2 })).map(([token, top]) => ({ ...token, top })),
    { minLength: 1, maxLength: 3 },
  ),
  { nil: undefined },
);

/** Text, calls of tools side by side, a ping between. */
const events = fc
  .tuple(
    fc.array(fc.tuple(words, report), { minLength: 1, maxLength: 4 }),
    fc.array(fc.dictionary(words, words, { maxKeys: 2 }), { maxLength: 3 }),
  )
  .map(([said, calls]): StreamEvent[] => [
    { type: 'start', id: 'a-1', model: 'm' },
    ...said.map(([text, logprobs]): StreamEvent => ({ type: 'text', text, ...(logprobs && { logprobs }) })),
    { type: 'ping' },
    ...calls.flatMap((args, index): StreamEvent[] => {
      const text = JSON.stringify(args);
      const half = Math.floor(text.length / 2);
      return [
        { type: 'tool-start', index, id: `c${index}`, name: `f${index}` },
        { type: 'tool-arguments', index, text: text.slice(0, half) },
        { type: 'tool-arguments', index, text: text.slice(half) },
      ];
    }),
    { type: 'finish', reason: calls.length > 0 ? 'tool-calls' : 'stop' },
    { type: 'end' },
  ]);

function through(provider: Format, client: Format, bytes: Buffer, cuts: readonly number[]) {
  const stream = translatedStream({
    ...options,
    client,
    provider,
    callId: 'call-1',
    requestModel: 'm',
    estimatedInputTokens: 1,
    names: undefined,
  });
  const decoder = new StringDecoder('utf8');
  let out = '';
  let at = 0;
  for (const size of [...cuts, bytes.length]) {
    out += stream.push(decoder.write(bytes.subarray(at, at + size)));
    at += size;
  }
  return { out: out + stream.end('complete'), usage: stream.usage() };
}

/** Decoded again: what the client understands of it. */
function understood(
  client: Format,
  text: string,
): { said: string; logprobs: TokenLogprob[]; calls: [string, unknown][] } {
  const decoded: StreamEvent[] = [];
  const decoder = client.decodeStream();
  for (const event of text.split('\n\n')) {
    const data = event.split('\n').find((line) => line.startsWith('data: '));
    if (data !== undefined) decoded.push(...decoder.push({ event: '', data: data.slice(6) }));
  }
  const said = decoded.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');
  const calls = decoded.flatMap((event): [string, string][] => {
    if (event.type !== 'tool-start') return [];
    const args = decoded.flatMap((other) =>
      other.type === 'tool-arguments' && other.index === event.index ? [other.text] : [],
    );
    return [[event.name, args.join('')]];
  });
  return {
    said,
    logprobs: logprobsOf(decoded),
    calls: calls.map(([name, args]) => [name, JSON.parse(args)]),
  };
}

/** Bytes are told where an API has them. */
function logprobsOf(all: readonly StreamEvent[]): TokenLogprob[] {
  const told = all.flatMap((event) => (event.type === 'text' && event.logprobs) || []);
  return told.map(({ bytes: _, top, ...token }) => ({
    ...token,
    top: top.map(({ token, logprob }) => ({ token, logprob })),
  }));
}

for (const [from, provider] of Object.entries(formats)) {
  for (const [to, client] of Object.entries(formats)) {
    test(`${from} → ${to}`, () => {
      fc.assert(
        fc.property(events, fc.array(fc.nat(40), { maxLength: 40 }), (all, cuts) => {
          const encoder = provider.encodeStream(options);
          const bytes = Buffer.from(all.map((event) => encoder.encode(event, () => usage)).join(''));
          const whole = through(provider, client, bytes, []);
          const cut = through(provider, client, bytes, cuts);
          assert.equal(cut.out, whole.out);
          assert.deepEqual([cut.usage, whole.usage], [usage, usage]);
          const { said, logprobs, calls } = understood(client, cut.out);
          const likely = [provider, client].every((format) => format !== anthropicMessages);
          assert.deepEqual(logprobs, likely ? logprobsOf(all) : []);
          assert.equal(said, all.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join(''));
          const made = all.filter((event) => event.type === 'tool-start');
          assert.deepEqual(
            calls.map(([name]) => name),
            made.map(({ name }) => name),
          );
          for (const [index, [, args]] of calls.entries()) {
            const sent = all.flatMap((event) =>
              event.type === 'tool-arguments' && event.index === index ? [event.text] : [],
            );
            assert.deepEqual(args, JSON.parse(sent.join('')));
          }
        }),
        { numRuns: 60 },
      );
    });
  }
}
