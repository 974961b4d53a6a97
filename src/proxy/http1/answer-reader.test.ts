/** Bytes as answers: in whatever pieces they come, and whatever they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostHeaders } from './answer-head.ts';
import { AnswerReader } from './answer-reader.ts';
import { MalformedAnswer } from './malformed-answer.ts';
import { mostHeadBytes } from './partial-head.ts';

interface Read {
  status: number | undefined;
  headers: unknown;
  reusable: boolean | undefined;
  body: string;
  /** `open`: more is to come. */
  end: 'whole' | 'open' | 'malformed' | 'cut';
  /** Bytes behind the answer. */
  excess: number;
}

/** `cuts`: where the pieces end. `closed`: the connection ends after them. */
function read(
  bytes: Buffer,
  cuts: readonly number[] = [],
  { method = 'GET', closed = false, owned = true } = {},
): Read {
  const found: Read = {
    status: undefined,
    headers: undefined,
    reusable: undefined,
    body: '',
    end: 'open',
    excess: 0,
  };
  const sink = {
    head: (head: { status: number; headers: unknown; reusable: boolean }) => {
      assert.equal(found.status, undefined, 'one head');
      Object.assign(found, { status: head.status, headers: head.headers, reusable: head.reusable });
    },
    body: (chunk: Buffer) => {
      assert.equal(found.end, 'open');
      assert.ok(chunk.length > 0);
      found.body += chunk.toString('latin1');
    },
    end: () => {
      assert.equal(found.end, 'open', 'one end');
      found.end = 'whole';
    },
  };
  const reader = new AnswerReader();
  reader.expect(method);
  const ends = [...new Set([...cuts, bytes.length])].sort((a, b) => a - b);
  let from = 0;
  try {
    for (const to of ends) {
      // As a connection reads: into memory that the next read uses again.
      const piece = Buffer.from(bytes.subarray(from, to));
      from = to;
      if (piece.length === 0) continue;
      if (found.end === 'whole') {
        found.excess += piece.length;
        continue;
      }
      found.excess += piece.length - reader.push(piece, owned, sink);
      if (!owned) piece.fill(0x21);
    }
    if (closed && found.end === 'open' && !reader.close(sink)) found.end = 'cut';
  } catch (error) {
    assert.ok(error instanceof MalformedAnswer, String(error));
    found.end = 'malformed';
  }
  return found;
}

const answer = (head: string, body = '') =>
  Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`, 'latin1');

test('answers that are read', () => {
  const json = read(
    answer('HTTP/1.1 200 OK\nContent-Type: application/json\nX-A:  b \t\nContent-Length: 2', '{}'),
  );
  assert.deepEqual(json, {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-a': 'b', 'content-length': '2' },
    reusable: true,
    body: '{}',
    end: 'whole',
    excess: 0,
  });
  const chunked = answer(
    'HTTP/1.1 200\ntransfer-encoding: Chunked',
    '4\r\nWiki\r\n5;a="b"\r\npedia\r\n0\r\nx: y\r\n\r\n',
  );
  assert.partialDeepStrictEqual(read(chunked), { body: 'Wikipedia', end: 'whole', reusable: true });
  const early = answer(
    'HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early\nlink: a\n\nHTTP/1.1 200 OK\ncontent-length: 1',
    'x',
  );
  assert.partialDeepStrictEqual(read(early), {
    status: 200,
    headers: { 'content-length': '1' },
    body: 'x',
    end: 'whole',
  });
  const untilClose = answer('HTTP/1.1 200 OK', 'all of it');
  assert.partialDeepStrictEqual(read(untilClose), { body: 'all of it', end: 'open', reusable: false });
  assert.partialDeepStrictEqual(read(untilClose, [], { closed: true }), { body: 'all of it', end: 'whole' });
  const several = answer('HTTP/1.1 200 OK\nset-cookie: a\nset-cookie: b\nset-cookie: c\ncontent-length: 0');
  assert.deepEqual(read(several).headers, { 'set-cookie': ['a', 'b', 'c'], 'content-length': '0' });
});

test('names of what every object has are headers as others', () => {
  const { headers } = read(
    answer('HTTP/1.1 200 OK\nconstructor: a\nconstructor: b\n__proto__: c\ntoString: d\ncontent-length: 0'),
  );
  assert.deepEqual(headers, { constructor: ['a', 'b'], tostring: 'd', 'content-length': '0' });
});

test('answers without a body', () => {
  const head = 'HTTP/1.1 200 OK\ncontent-length: 10';
  assert.partialDeepStrictEqual(read(answer(head), [], { method: 'HEAD' }), {
    end: 'whole',
    body: '',
    excess: 0,
  });
  assert.partialDeepStrictEqual(read(answer('HTTP/1.1 204 No Content')), { end: 'whole', reusable: true });
  assert.partialDeepStrictEqual(read(answer('HTTP/1.1 304 Not\ncontent-length: 4', 'body')), {
    end: 'whole',
    reusable: false,
    excess: 4,
  });
  assert.partialDeepStrictEqual(read(answer('HTTP/1.1 204 No\ntransfer-encoding: chunked', '0\r\n\r\n')), {
    end: 'whole',
    reusable: false,
    excess: 5,
  });
});

test('connections that serve no other request', () => {
  const of = (head: string) => read(answer(`${head}\ncontent-length: 0`)).reusable;
  assert.equal(of('HTTP/1.1 200 OK'), true);
  assert.equal(of('HTTP/1.1 200 OK\nconnection: Keep-Alive'), true);
  assert.equal(of('HTTP/1.1 200 OK\nconnection: close'), false);
  assert.equal(of('HTTP/1.1 200 OK\nConnection: x, Close'), false);
  assert.equal(of('HTTP/1.1 200 OK\nconnection: x\nconnection: close'), false);
  assert.equal(of('HTTP/1.0 200 OK\nconnection: keep-alive'), false);
});

const refused: Record<string, string> = {
  'no HTTP': 'SSH-2.0-x\r\n\r\n',
  'another version': 'HTTP/2.0 200 OK\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
  'a status below 100': 'HTTP/1.1 099 OK\r\n\r\n',
  'blanks before the status': 'HTTP/1.1  200 OK\r\n\r\n',
  'an empty line before it': '\r\nHTTP/1.1 200 OK\r\n\r\n',
  'another protocol': 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
  'lone LFs': 'HTTP/1.1 200 OK\ncontent-length: 0\n\n',
  'a lone LF among lines': 'HTTP/1.1 200 OK\r\na: b\ncontent-length: 5\r\n\r\n',
  'a lone CR in a value': 'HTTP/1.1 200 OK\r\na: b\rcontent-length: 5\r\n\r\n',
  'a NUL in a value': 'HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n',
  'a folded line': 'HTTP/1.1 200 OK\r\na: b\r\n c: d\r\n\r\n',
  'a folded line with a tab': 'HTTP/1.1 200 OK\r\na: b\r\n\tc\r\n\r\n',
  'a blank before the colon': 'HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\nhello',
  'no name': 'HTTP/1.1 200 OK\r\n: b\r\n\r\n',
  'no colon': 'HTTP/1.1 200 OK\r\nabc\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
  'one length twice': 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nContent-Length: 5\r\n\r\nhello',
  'a list of lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\n\r\nhello',
  'a signed length': 'HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\nhello',
  'a hexadecimal length': 'HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\nhello',
  'no length in it': 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n',
  'a length beyond numbers': 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n',
  'a length beside chunks':
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'a coding that is not last': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n',
  'two codings': 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'a coding twice':
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'a coding like chunked': 'HTTP/1.1 200 OK\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n',
  'an informational answer of HTTP/1.0':
    'HTTP/1.0 103 Early\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  'chunks in HTTP/1.0': 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
};
const chunkedHead = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const refusedChunks: Record<string, string> = {
  'no size': '\r\nhello',
  'a size of blanks': '5 \r\nhello\r\n0\r\n\r\n',
  'a size with a prefix': '0x5\r\nhello\r\n0\r\n\r\n',
  'a negative size': '-1\r\nhello',
  'a size beyond numbers': `${'f'.repeat(17)}\r\nhello`,
  'a size ended by LF': '5\nhello\r\n0\r\n\r\n',
  'a size ended by CR': '5\rhello\r\n0\r\n\r\n',
  'an extension with a LF': '5;a\nb\r\nhello\r\n0\r\n\r\n',
  'more than its size': '5\r\nhello!\r\n0\r\n\r\n',
  'data ended by LF': '5\r\nhello\n0\r\n\r\n',
  'a trailer with a lone LF': '0\r\na: b\n\r\n\r\n',
  'an end by LF': '0\r\n\n',
  'endless extensions': `5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  'endless trailers': `0\r\n${'a: b\r\n'.repeat(12_000)}\r\n`,
};

test('what two readers could read as two things is refused', () => {
  for (const [why, text] of Object.entries(refused)) {
    const bytes = Buffer.from(text, 'latin1');
    assert.equal(read(bytes).end, 'malformed', why);
    const each = Array.from({ length: bytes.length }, (_, i) => i);
    assert.equal(read(bytes, each).end, 'malformed', `${why}, byte by byte`);
  }
  for (const [why, text] of Object.entries(refusedChunks))
    assert.equal(read(Buffer.from(chunkedHead + text, 'latin1')).end, 'malformed', why);
});

test('heads are bounded, in bytes and in number, in one piece and in many', () => {
  const fill = (size: number) => {
    const start = 'HTTP/1.1 200 OK\r\na: ';
    return Buffer.from(`${start}${'x'.repeat(size - start.length - 4)}\r\n\r\n`);
  };
  const pieces = Array.from({ length: 700 }, (_, i) => i * 100);
  for (const cuts of [[], pieces]) {
    assert.equal(read(fill(mostHeadBytes), cuts).status, 200);
    assert.equal(read(fill(mostHeadBytes + 1), cuts).end, 'malformed');
    assert.equal(read(Buffer.alloc(70_000, 'HTTP/1.1 200 OK\r\n'), cuts).end, 'malformed');
    const informational = Buffer.from(`HTTP/1.1 103 x\r\na: ${'x'.repeat(600)}\r\n\r\n`.repeat(200));
    assert.equal(read(informational, cuts).end, 'malformed');
  }
  const many = (count: number) => answer(`HTTP/1.1 200 OK\n${'a: b\n'.repeat(count - 1)}content-length: 0`);
  assert.equal(read(many(mostHeaders)).end, 'whole');
  assert.equal(read(many(mostHeaders + 1)).end, 'malformed');
});

const name = fc.constantFrom('a', 'x-b', 'Set-Cookie', 'ETag', 'date', 'constructor');
const value = fc.stringMatching(/^[ -~\x80-\xff\t]{0,20}$/);
const field = fc.tuple(name, value).map(([n, v]) => `${n}: ${v}\r\n`);
const data = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const chunk = fc
  .tuple(data, fc.constantFrom('', ';a', ';a=b;c="d"'), fc.boolean())
  .map(([bytes, extension, upper]) => {
    const size = bytes.length.toString(16);
    return bytes === '' ? '' : `${upper ? size.toUpperCase() : size}${extension}\r\n${bytes}\r\n`;
  });
const body = fc.oneof(
  data.map((bytes) => `content-length: ${bytes.length}\r\n\r\n${bytes}`),
  data.map((bytes) => `\r\n${bytes}`),
  fc
    .tuple(fc.array(chunk, { maxLength: 8 }), fc.array(field, { maxLength: 2 }))
    .map(
      ([chunks, trailers]) =>
        `transfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n${trailers.join('')}\r\n`,
    ),
);
const message = fc
  .tuple(
    fc.constantFrom('', 'HTTP/1.1 103 Early\r\nlink: x\r\n\r\n'),
    fc.constantFrom(200, 204, 304, 429, 599),
    fc.array(field),
    body,
  )
  .map(([early, status, fields, rest]) =>
    Buffer.from(`${early}HTTP/1.1 ${status} Some reason\r\n${fields.join('')}${rest}`, 'latin1'),
  );
const cuts = fc.array(fc.nat(1_000), { maxLength: 40 });
const settings = fc.record({
  method: fc.constantFrom('GET', 'HEAD'),
  closed: fc.boolean(),
  owned: fc.boolean(),
});

/** The excess is all that may be counted in other pieces; whatever is malformed behind an answer nobody reads. */
test('any pieces give the same answer', () => {
  fc.assert(
    fc.property(message, cuts, settings, (bytes, where, how) => {
      const whole = read(bytes, [], how);
      assert.deepEqual(read(bytes, where, how), whole);
      assert.deepEqual(
        read(
          bytes,
          Array.from(bytes, (_, i) => i),
          how,
        ),
        whole,
      );
      assert.notEqual(whole.end, 'malformed');
    }),
    { numRuns: 1_000 },
  );
});

const mutation = fc.record({
  at: fc.nat(2_000),
  remove: fc.nat(4),
  insert: fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\r\n\r\n',
      ' ',
      '\t',
      ':',
      ';',
      '0',
      'f',
      '\0',
      '\x7f',
      '\xff',
      '-',
      ',',
    ),
    fc.constantFrom(
      'content-length: 3\r\n',
      'transfer-encoding: chunked\r\n',
      '0\r\n\r\n',
      'HTTP/1.1 100 \r\n\r\n',
    ),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  ),
});

test('mutated answers end or go on, alike in any pieces, and never fail otherwise', () => {
  fc.assert(
    fc.property(
      message,
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      cuts,
      settings,
      (bytes, mutations, where, how) => {
        let text = bytes.toString('latin1');
        for (const { at, remove, insert } of mutations) {
          const from = at % (text.length + 1);
          text = text.slice(0, from) + insert + text.slice(from + remove);
        }
        const mutated = Buffer.from(text, 'latin1');
        const whole = read(mutated, [], how);
        assert.deepEqual(read(mutated, where, how), whole);
        assert.ok(whole.body.length <= mutated.length);
      },
    ),
    { numRuns: 5_000 },
  );
});
