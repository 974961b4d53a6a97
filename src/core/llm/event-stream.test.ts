import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { awsEvent, awsException, eventStreamMessage } from '../../../test/support/event-stream.ts';
import { EventStreamParser } from './event-stream.ts';
import type { SseEvent } from './sse.ts';
import { ReplyFault } from './translate-contract.ts';

function parse(chunks: readonly Uint8Array[]): SseEvent[] {
  const parser = new EventStreamParser();
  const events: SseEvent[] = [];
  for (const chunk of chunks) parser.push(chunk, (event) => events.push(event));
  return events;
}

/** From an encoder that is not ours: `{"foo": "bar"}` with a content type, no message type. */
const foreign = Uint8Array.from([
  0, 0, 0, 62, 0, 0, 0, 32, 64, 93, 249, 70, 12, 99, 111, 110, 116, 101, 110, 116, 45, 116, 121, 112, 101, 7,
  0, 16, 97, 112, 112, 108, 105, 99, 97, 116, 105, 111, 110, 47, 106, 115, 111, 110, 123, 34, 102, 111, 111,
  34, 58, 32, 34, 98, 97, 114, 34, 125, 111, 162, 191, 59,
]);

test('a message of another encoder has the checksums that are computed here', () => {
  assert.deepEqual(
    eventStreamMessage({ 'content-type': 'application/json' }, '{"foo": "bar"}'),
    Buffer.from(foreign),
  );
  // Both checksums are right: only its missing type is at fault.
  assert.throws(() => parse([foreign]), /no known type/);
});

test('events, exceptions and errors', () => {
  const error = eventStreamMessage(
    { ':message-type': 'error', ':error-code': 'InternalError', ':error-message': 'it "broke"' },
    '',
  );
  assert.deepEqual(parse([awsEvent('messageStart', { role: 'assistant' })]), [
    { event: 'messageStart', data: '{"role":"assistant"}' },
  ]);
  assert.deepEqual(parse([Buffer.concat([awsException('throttlingException', 'slow é'), error])]), [
    { event: 'fault:throttlingException', data: '{"message":"slow é"}' },
    { event: 'fault:InternalError', data: '{"message":"it \\"broke\\""}' },
  ]);
});

test('headers of every type are passed over', () => {
  const values: [type: number, ...value: number[]][] = [
    [0],
    [1],
    [2, 9],
    [3, 0, 1],
    [4, 0, 0, 0, 1],
    [5, 0, 0, 0, 0, 0, 0, 0, 1],
    [6, 0, 3, 7, 7, 7],
    [8, 0, 0, 0, 0, 0, 0, 0, 1],
    [9, ...Array<number>(16).fill(1)],
  ];
  const event = awsEvent('x', {});
  const headers = Buffer.concat([
    ...values.map((value) => Buffer.from([1, 97, ...value])),
    event.subarray(12, 12 + event.readUInt32BE(4)),
  ]);
  assert.deepEqual(parse([withHeaders(headers)]), [{ event: 'x', data: '{}' }]);
});

/** Lengths and checksums right, whatever the headers hold. */
function withHeaders(headers: Buffer): Buffer {
  const name = 'x'.repeat(headers.length - 4);
  const frame = eventStreamMessage({ [name]: '' }, '{}');
  headers.copy(frame, 12);
  return sealed(frame);
}

function sealed(frame: Buffer): Buffer {
  const length = frame.length;
  const { crc32 } = process.getBuiltinModule('node:zlib');
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.writeUInt32BE(crc32(frame.subarray(0, length - 4)), length - 4);
  return frame;
}

const payload = fc.record({ text: fc.string({ unit: 'binary', maxLength: 200 }) });
const message = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'contentBlockDelta'), payload).map(([type, value]) => awsEvent(type, value)),
  fc.string({ maxLength: 20 }).map((text) => awsException('modelStreamErrorException', text)),
);

test('any chunking gives the same events', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.nat(120), { maxLength: 60 }),
      (messages, cuts) => {
        const whole = Buffer.concat(messages);
        const expected = messages.flatMap((one) => parse([one]));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          // A copy: what the socket's buffer holds later must not matter.
          chunks.push(Buffer.from(whole.subarray(at, at + cut)));
          at += cut;
        }
        assert.deepEqual(parse([...chunks, whole.subarray(at)]), expected);
        assert.deepEqual(parse(Array.from(whole, (byte) => Uint8Array.of(byte))), expected);
      },
    ),
    { numRuns: 200 },
  );
});

test('one changed byte is found, or the event is not there yet; nothing is read out of it', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, where, change) => {
      const damaged = Buffer.from(one);
      damaged[where % damaged.length]! ^= change;
      try {
        assert.deepEqual(parse([damaged]), []);
      } catch (error) {
        assert.ok(error instanceof ReplyFault);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('lengths that lie are refused before anybody waits for the bytes', () => {
  const prelude = (length: number, headers: number) => {
    const frame = Buffer.alloc(16);
    frame.writeUInt32BE(length, 0);
    frame.writeUInt32BE(headers, 4);
    return sealed(frame);
  };
  assert.throws(() => parse([prelude(0xffffffff, 0)]), /too large/);
  assert.throws(() => parse([prelude(300_000, 200_000)]), /too large/);
  assert.throws(() => parse([prelude(15, 0)]), /shorter/);
  assert.throws(() => parse([prelude(16, 1)]), /shorter/);
  for (const headers of [
    [200, 97, 97, 97, 97, 97],
    [1, 97, 99, 0, 0, 0],
    [1, 97, 7, 0, 9, 97],
    [1, 97, 7, 255, 255, 0],
  ])
    assert.throws(() => parse([withHeaders(Buffer.from(headers))]), /header/);
});

test('a large message in small pieces does not cost its square', () => {
  const large = awsEvent('x', { text: 'y'.repeat(4_000_000) });
  const parser = new EventStreamParser();
  const events: SseEvent[] = [];
  for (let at = 0; at < large.length; at += 100)
    parser.push(large.subarray(at, at + 100), (event) => events.push(event));
  assert.equal(events[0]?.data.length, 4_000_011);
});
