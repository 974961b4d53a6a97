import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SseEvent, SseParser } from './sse.ts';

function parse(chunks: readonly string[]): SseEvent[] {
  const parser = new SseParser();
  const events: SseEvent[] = [];
  for (const chunk of chunks) parser.push(chunk, (event) => events.push(event));
  return events;
}

test('lines, names, comments, line ends', () => {
  const cases: [string, SseEvent[]][] = [
    ['data: a\n\n', [{ event: '', data: 'a' }]],
    ['event: x\ndata: a\ndata: b\n\n', [{ event: 'x', data: 'a\nb' }]],
    ['data: a\r\n\r\ndata: b\r\rdata: c\n\n', ['a', 'b', 'c'].map((data) => ({ event: '', data }))],
    [': hello\n\ndata:a\n\n', [{ event: '', data: 'a' }]],
    ['event: only\n\n', []],
    ['data: unfinished', []],
    ['id: 1\nretry: 5\ndata\n\n', [{ event: '', data: '' }]],
  ];
  for (const [text, events] of cases) assert.deepEqual(parse([text]), events, JSON.stringify(text));
});

test('any chunking gives the same events', () => {
  const line = fc.oneof(
    fc.constantFrom('data: a', 'data: {"x":1}', 'event: ping', ': c', '', 'data:', 'data: é漢'),
    fc.string({ maxLength: 5 }).map((s) => `data: ${s.replace(/[\r\n]/g, '')}`),
  );
  const text = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 20 })
    .map((lines) => `${lines.map(([l, end]) => l + end).join('')}\n`);
  fc.assert(
    fc.property(text, fc.array(fc.nat(60), { maxLength: 30 }), (whole, cuts) => {
      const chunks: string[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(whole.slice(at, at + cut));
        at += cut;
      }
      chunks.push(whole.slice(at));
      assert.deepEqual(parse(chunks), parse([whole]));
    }),
  );
});

test('one LF belongs to the CR that ended the chunk before, a second one is a line of its own', () => {
  assert.deepEqual(parse(['data: a\r', '\n', '\n']), [{ event: '', data: 'a' }]);
  assert.deepEqual(parse(['data: a\r', '', '\ndata: b\n\n']), [{ event: '', data: 'a\nb' }]);
});

test('each character is looked at once, whatever the chunks and the lines are like', () => {
  const long = `data: ${'x'.repeat(50_000)}\n\n`;
  const without = 'no colon\n'.repeat(5_000);
  const windows = 'data: a\r\n\r\n'.repeat(5_000);
  for (const text of [long, without, windows]) {
    for (const size of [1, 7, text.length]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const looked = charactersLookedAt(() => void parse(chunks));
      assert.ok(looked <= 8 * text.length, `${looked} of ${text.length}`);
    }
  }
});

/** Of what is searched, cut, joined and compared while `work` runs. */
function charactersLookedAt(work: () => void): number {
  let count = 0;
  const { indexOf, includes, charCodeAt, slice } = String.prototype;
  const { join } = Array.prototype;
  String.prototype.indexOf = function (this: string, search: string, from = 0) {
    const found = indexOf.call(this, search, from);
    count += (found < 0 ? this.length : found) - from + 1;
    return found;
  };
  String.prototype.includes = function (this: string, search: string) {
    count += this.length;
    return includes.call(this, search);
  };
  String.prototype.charCodeAt = function (this: string, at: number) {
    count++;
    return charCodeAt.call(this, at);
  };
  String.prototype.slice = function (this: string, ...bounds: [number?, number?]) {
    const cut = slice.apply(this, bounds);
    count += cut.length;
    return cut;
  };
  Array.prototype.join = function (this: unknown[], ...by: [string?]) {
    const joined = join.apply(this, by);
    count += joined.length;
    return joined;
  };
  try {
    work();
  } finally {
    Object.assign(String.prototype, { indexOf, includes, charCodeAt, slice });
    Object.assign(Array.prototype, { join });
  }
  return count;
}

test('comments are handed out, in one piece', () => {
  const comments: string[] = [];
  const parser = new SseParser();
  for (const chunk of [': OPENR', 'OUTER PROCESSING\n\n', 'data: a\n:\n\n'])
    parser.push(
      chunk,
      () => undefined,
      (text) => comments.push(text),
    );
  assert.deepEqual(comments, [' OPENROUTER PROCESSING', '']);
});

test('ten megabytes in one event are taken, eleven are a fault, in one line or in many', () => {
  const megabyte = 'x'.repeat(1_000_000);
  const push = (count: number, chunk: string) => {
    const parser = new SseParser();
    const events: SseEvent[] = [];
    for (let i = 0; i < count; i++) parser.push(chunk, (event) => events.push(event));
    parser.push('\n\n', (event) => events.push(event));
    return events;
  };
  assert.equal(push(10, `data: ${megabyte}\n`)[0]!.data.length, 10 * 1_000_000 + 9);
  assert.throws(() => push(11, `data: ${megabyte}\n`), /too large/);
  assert.throws(() => push(11, megabyte), /too large/);
});

test('an endless event is a fault, not memory', () => {
  const parser = new SseParser();
  const block = 'a'.repeat(1024 * 1024);
  assert.throws(() => {
    for (let i = 0; i < 12; i++) parser.push(block, () => undefined);
  }, /too large/);
});
