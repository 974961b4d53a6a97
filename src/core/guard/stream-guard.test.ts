import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRegex } from '../../linear-regex.ts';
import type { RouteType } from '../config/snapshot.ts';
import type { StreamTranslator } from '../llm/translate-contract.ts';
import { guardedStream } from './guarded-stream.ts';
import { HeldEvents } from './held-events.ts';
import type { Builtin } from './model.ts';
import { compileScanner } from './scanner.ts';
import { type StreamCheck, StreamGuard } from './stream-guard.ts';

type Dialect = 'Completions' | 'Messages' | 'Responses' | 'GenerateContent';

function check(action: 'Mask' | 'Reject', builtins: Builtin[], matches: string[] = []): StreamCheck {
  const regex = { type: 'regex' as const, action, builtins, matches };
  const guard = { check: regex, scope: [], rejection: { statusCode: 403, message: 'no' } };
  return { guard, scanner: compileScanner(regex, compileRegex), rejects: action === 'Reject' };
}

const event = (json: object, name?: string) =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(json)}\n\n`;

/** A stream of each dialect that says `pieces`, one an event, with all that surrounds them. */
const streams: Record<Dialect, (pieces: string[]) => string> = {
  Completions: (pieces) => {
    const chunk = (delta: object, finish_reason: string | null = null) =>
      event({ id: 'c', choices: [{ index: 0, delta, finish_reason }], usage: null });
    return `${chunk({ role: 'assistant', content: '' })}${pieces.map((content) => chunk({ content })).join('')}${chunk({}, 'stop')}data: [DONE]\n\n`;
  },
  Messages: (pieces) => {
    const named = (type: string, rest: object) => event({ type, ...rest }, type);
    const deltas = pieces.map((text) =>
      named('content_block_delta', { index: 1, delta: { type: 'text_delta', text } }),
    );
    return [
      named('message_start', { message: { content: [] } }),
      named('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }),
      named('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'a@b.example' } }),
      named('content_block_stop', { index: 0 }),
      named('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
      ...deltas,
      named('ping', {}),
      named('content_block_stop', { index: 1 }),
      named('message_stop', {}),
    ].join('');
  },
  Responses: (pieces) => {
    let sequence_number = 0;
    const named = (type: string, rest: object) =>
      event({ type, ...rest, sequence_number: sequence_number++ }, type);
    const at = { item_id: 'm', output_index: 0, content_index: 0 };
    const text = pieces.join('');
    const item = { id: 'm', type: 'message', content: [{ type: 'output_text', text }] };
    return [
      named('response.output_item.added', { output_index: 0, item: { ...item, content: [] } }),
      ...pieces.map((delta) => named('response.output_text.delta', { ...at, delta })),
      named('response.output_text.done', { ...at, text }),
      named('response.content_part.done', { ...at, part: item.content[0] }),
      named('response.output_item.done', { output_index: 0, item }),
      named('response.completed', { response: { output: [item] } }),
    ].join('');
  },
  GenerateContent: (pieces) =>
    [...pieces.slice(0, -1).map((text) => ({ text })), { text: pieces.at(-1) ?? '' }]
      .map((part, index, all) =>
        event({
          candidates: [
            {
              index: 0,
              content: { parts: [{ thought: true, text: 'a@b.example' }, part] },
              ...(index === all.length - 1 && { finishReason: 'STOP' }),
            },
          ],
        }),
      )
      .join(''),
};

/** What a client puts together of the deltas. */
function said(dialect: Dialect, stream: string): string {
  return new HeldEvents(dialect, stream).slots.map(({ text }) => text).join('');
}

function through(dialect: Dialect, stream: string, cuts: readonly number[], checks: StreamCheck[]) {
  const guard = new StreamGuard(dialect, checks);
  let out = '';
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (stream.length + 1)).sort((a, b) => a - b), stream.length]) {
    out += guard.push(stream.slice(at, cut));
    at = cut;
  }
  return { out: out + guard.end(), guard };
}

const dialects = Object.keys(streams) as Dialect[];
const words = fc.constantFrom(
  'mail ',
  'jane@exam',
  'ple.com',
  ' ',
  '. ',
  '123-45',
  '-6789',
  'é😀',
  '"\\',
  '\n',
  'secret-7',
  'x',
);
const spoken = fc.array(words, { minLength: 1, maxLength: 25 });
const cutting = fc.array(fc.nat(20_000), { maxLength: 20 });

test('every dialect: masked alike however bytes and events are cut, and as the whole text would be', () => {
  const checks = [check('Mask', ['Email', 'Ssn']), check('Mask', [], ['secret-\\d'])];
  const whole = (text: string) => text.replace(/[\p{L}\p{N}._%+-]*jane@example\.com/gu, '<EMAIL_ADDRESS>');
  for (const dialect of dialects) {
    fc.assert(
      fc.property(spoken, cutting, (pieces, cuts) => {
        const stream = streams[dialect](pieces);
        const { out } = through(dialect, stream, cuts, checks);
        assert.equal(out, through(dialect, stream, [], checks).out);
        const text = said(dialect, out);
        assert.equal(
          text,
          said(dialect, through(dialect, streams[dialect]([pieces.join('')]), [], checks).out),
        );
        assert.doesNotMatch(text, /jane@example\.com\b|secret-7/);
        if (!/[\d@]|secret/.test(pieces.join(''))) assert.equal(text, whole(pieces.join('')));
      }),
      { numRuns: 150 },
    );
  }
});

test('what has nothing to hide goes through as it is; reasoning and the repeats at the end are told in step', () => {
  for (const dialect of dialects) {
    const stream = streams[dialect](['Hello ', 'dear ', 'world.']);
    const checks = [check('Mask', ['Email'])];
    assert.equal(said(dialect, through(dialect, stream, [], checks).out), 'Hello dear world.');
    const { out } = through(dialect, streams[dialect](['I am jane@', 'example.com', ', hi']), [], checks);
    assert.equal(said(dialect, out), 'I am <EMAIL_ADDRESS>, hi');
    assert.equal(out.includes('jane'), false);
    assert.equal(out.includes('a@b.example'), dialect === 'Messages' || dialect === 'GenerateContent');
    const numbers = [...out.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
    );
  }
});

test('a rejection ends the stream before the match, at the same place however it is cut', () => {
  const checks = [check('Reject', ['Ssn'])];
  for (const dialect of dialects) {
    const stream = streams[dialect](['Her number is 123', '-45-', '6789 and', ' more']);
    fc.assert(
      fc.property(cutting, (cuts) => {
        const { out, guard } = through(dialect, stream, cuts, checks);
        assert.equal(said(dialect, out), 'Her number is ');
        assert.equal(guard.rejection?.reason, '<SSN>');
        assert.equal(out, through(dialect, stream, [], checks).out);
      }),
      { numRuns: 50 },
    );
  }
});

test('a broken stream gives up what it holds, an aborted one does not; a rejection is told once', () => {
  const inner = (raw: boolean): StreamTranslator => ({
    raw,
    contentType: 'text/event-stream',
    push: (text) => text,
    end: (reason) => (reason === 'broken' ? event({ error: 'broken' }) : ''),
    usage: () => ({}) as never,
    responseModel: () => undefined,
    finished: () => false,
    failed: () => undefined,
    sawFirstToken: () => true,
  });
  const guarded = (action: 'Mask' | 'Reject') => {
    const guard = new StreamGuard('Completions', [check(action, ['Email'])]);
    return guardedStream(inner(true), guard, (message) => event({ error: message }));
  };
  const delta = event({ choices: [{ index: 0, delta: { content: 'write a@b' } }] });
  const broken = guarded('Mask');
  assert.equal(said('Completions', broken.push(delta)), 'write ');
  assert.match(broken.end('broken'), /a@b[\s\S]*broken/);
  const left = guarded('Mask');
  left.push(delta);
  assert.equal(left.end('aborted'), '');
  const rejected = guarded('Reject');
  const out = rejected.push(event({ choices: [{ index: 0, delta: { content: 'write a@b.example, now' } }] }));
  assert.match(out, /write "[\s\S]*"error":"no"/);
  assert.ok(rejected.stopped!() instanceof Error);
  assert.equal(rejected.push(delta) + rejected.end('broken'), '');
});

test('a held stream: the texts of its channels as one, others in their place', () => {
  for (const dialect of dialects) {
    const held = new HeldEvents(dialect, streams[dialect](['one ', 'two']));
    assert.deepEqual(
      held.slots.map(({ text }) => text),
      ['one two'],
    );
    held.slots[0]!.replace('three');
    assert.equal(said(dialect, held.text()), 'three');
    assert.equal(held.text().includes('two'), false);
  }
  const none: RouteType = 'Embeddings';
  assert.deepEqual(new HeldEvents(none, event({ x: 1 })).slots, []);
});

test('log probabilities and cited words of a stream do not tell what was masked', () => {
  const named = (type: string, rest: object) => event({ type, ...rest }, type);
  const token = { token: 'jane@example.com', logprob: -1 };
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const item = { id: 'msg_1', type: 'message' };
  const part = { type: 'output_text', text: 'I am jane@example.com.', logprobs: [token] };
  const segment = { endIndex: 22, text: 'I am jane@example.com' };
  const given: Partial<Record<Dialect, string>> = {
    Completions: ['I am ', 'jane@example.com', '.']
      .map((content) =>
        event({ choices: [{ index: 0, delta: { content }, logprobs: { content: [token] } }] }),
      )
      .concat(event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
      .join(''),
    Responses: [
      named('response.output_text.delta', { ...place, delta: part.text, logprobs: [token] }),
      named('response.output_text.done', { ...place, text: part.text, logprobs: [token] }),
      named('response.content_part.done', { ...place, part }),
      named('response.output_item.done', { output_index: 0, item: { ...item, content: [part] } }),
      named('response.completed', { response: { output: [{ ...item, content: [part] }] } }),
    ].join(''),
    GenerateContent: event({
      candidates: [
        {
          content: { parts: [{ text: part.text }] },
          logprobsResult: { chosenCandidates: [token] },
          groundingMetadata: { groundingSupports: [{ segment }] },
          finishReason: 'STOP',
        },
      ],
    }),
  };
  for (const [dialect, stream] of Object.entries(given) as [Dialect, string][]) {
    const { out } = through(dialect, stream, [], [check('Mask', ['Email'])]);
    assert.match(out, /I am [\s\S]*<EMAIL_ADDRESS>/);
    assert.doesNotMatch(out, /jane/, dialect);
  }
});
