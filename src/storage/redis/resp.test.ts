import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCommand, RedisError, type Reply, ReplyReader, RespError } from './resp.ts';

function encode(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply instanceof RedisError) return `-${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}

test('replies read the same however their bytes are cut', () => {
  const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
  const reply = fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.array(leaf))));
  fc.assert(
    fc.property(fc.array(reply), fc.array(fc.integer({ min: 1, max: 9 })), (replies, cuts) => {
      const bytes = Buffer.from(replies.map(encode).join(''));
      const reader = new ReplyReader();
      const read: Reply[] = [];
      let at = 0;
      for (const cut of cuts) {
        read.push(...reader.push(bytes.subarray(at, at + cut)));
        at = Math.min(bytes.length, at + cut);
      }
      read.push(...reader.push(bytes.subarray(at)));
      assert.deepEqual(read, replies);
    }),
  );
});

test('commands carry the length in bytes; errors are told apart from texts', () => {
  assert.equal(encodeCommand(['GET', 'é']), '*2\r\n$3\r\nGET\r\n$2\r\né\r\n');
  const [error, text] = new ReplyReader().push(Buffer.from('-ERR no\r\n+OK\r\n'));
  assert.ok(error instanceof RedisError);
  assert.equal(error.message, 'ERR no');
  assert.equal(text, 'OK');
});

test('what is no RESP, or too much of it, is refused', () => {
  for (const bytes of [
    'HTTP/1.1 200\r\n',
    ':x\r\n',
    '$999999999\r\n',
    '*99999999\r\n',
    `${'*1\r\n'.repeat(20)}:1\r\n`,
  ])
    assert.throws(() => new ReplyReader().push(Buffer.from(bytes)), RespError, bytes);
});
