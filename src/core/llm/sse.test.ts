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

test('an endless event is a fault, not memory', () => {
  const parser = new SseParser();
  const block = 'a'.repeat(1024 * 1024);
  assert.throws(() => {
    for (let i = 0; i < 12; i++) parser.push(block, () => undefined);
  }, /too large/);
});
